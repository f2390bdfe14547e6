using Portal.Core.Ownership;

namespace Portal.Core.Tests.Ownership;

public class ObjectChangeTests
{
    private const string Beyond =
        "persistentvolumeclaims \"project-storage\" is forbidden: exceeded quota: project-limits, requested: requests.storage=100Gi, used: requests.storage=25Gi, limited: requests.storage=100Gi";

    private static readonly ObjectChange Claim = new("PersistentVolumeClaim", "ml-a", "project-storage", ObjectChangeKind.Refused) { Problem = Beyond };

    [Theory]
    [InlineData("ml-a", "project-limits", ObjectChangeKind.Change, ObjectChangeKind.Follows)]
    [InlineData("ml-a", "project-limits", ObjectChangeKind.Same, ObjectChangeKind.Refused)]
    [InlineData("ml-a", "somebody-elses", ObjectChangeKind.Change, ObjectChangeKind.Refused)]
    [InlineData("ml-b", "project-limits", ObjectChangeKind.Change, ObjectChangeKind.Refused)]
    public void Claim_BeyondAQuota_FollowsTheOneThatIsRaised(string ns, string quota, ObjectChangeKind change, ObjectChangeKind expected)
    {
        var claim = ObjectChange.InOrder([new ObjectChange("ResourceQuota", ns, quota, change), Claim])[1];

        Assert.Equal((expected, expected == ObjectChangeKind.Refused ? Beyond : ""), (claim.Change, claim.Problem));
    }

    [Fact]
    public void Claim_RefusedForAnotherReason_StaysRefused()
    {
        var other = Claim with { Problem = "spec is immutable" };

        Assert.Equal(other, ObjectChange.InOrder([new ObjectChange("ResourceQuota", "ml-a", "project-limits", ObjectChangeKind.Change), other])[1]);
    }
}
