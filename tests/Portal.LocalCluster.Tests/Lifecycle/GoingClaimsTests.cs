using System.Text.Json.Nodes;
using Portal.LocalCluster.Lifecycle;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Tests.Lifecycle;

/// <summary>Each look reads pods while all writes wait: there is one only for what may have freed a claim.</summary>
public class GoingClaimsTests
{
    private static readonly ResourceType Claims = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    private static readonly ResourceType Pods = new("", "v1", "Pod", "pods");

    private readonly GoingClaims _claims = new();

    [Fact]
    public void Note_ManyPodsGone_LetsTheirClaimWaitOnce()
    {
        Going("work");
        for (var i = 0; i < 3; i++) Pod($"p{i}", "work", gone: true);
        Assert.Equal(["work"], Taken());

        Pod("last", "work", gone: true);
        Assert.Equal(["work"], Taken());
    }

    [Theory]
    [InlineData("work", false)]
    [InlineData("other", true)]
    public void Note_APodThatFreesNothing_LetsNoClaimWait(string named, bool gone)
    {
        Going("work");
        Taken();
        Pod("p", named, gone);
        Assert.Empty(Taken());
    }

    [Fact]
    public void Note_AClaimThatIsGone_IsWaitedForNoMore()
    {
        Going("work");
        Taken();
        _claims.Note(Claims, Stored(Claims, "work", "{}"), gone: true);
        Pod("p", "work", gone: true);
        Assert.Empty(Taken());
    }

    private void Going(string name) => _claims.Note(Claims, Stored(Claims, name, """{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}"""), gone: false);

    private void Pod(string name, string claim, bool gone) => _claims.Note(
        Pods, Stored(Pods, name, $$"""{"spec":{"nodeName":"n","volumes":[{"name":"e","emptyDir":{} },{"name":"v","persistentVolumeClaim":{"claimName":"{{claim}}"} }]} }"""), gone);

    private List<string> Taken()
    {
        List<string> names = [];
        while (_claims.Waiting.TryRead(out var claim))
        {
            _claims.Taken(claim);
            names.Add(claim.Name);
        }
        return names;
    }

    private static StoredObject Stored(ResourceType type, string name, string json)
    {
        var tree = (JsonObject)JsonNode.Parse(json)!;
        var metadata = tree.Ensure("metadata");
        (metadata["name"], metadata["namespace"], metadata["uid"]) = (name, "team", name);
        return StoredObject.From(tree, type, 1);
    }
}
