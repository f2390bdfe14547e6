using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Ownership;

namespace Portal.Core.Tests.Ownership;

public class ObjectKeeperTests
{
    [Fact]
    public void Ours_IsThePortals() =>
        Assert.Equal(new ObjectKeeper(KeeperKind.Portal), ObjectKeeper.Of(Ours()));

    [Fact]
    public void TrackedByArgoCd_IsItsEvenWhenThePortalMadeIt() => Assert.Equal(
        new ObjectKeeper(KeeperKind.ArgoCd, "credit-risk"),
        ObjectKeeper.Of(Ours().WithAnnotation("argocd.argoproj.io/tracking-id", "credit-risk:/ResourceQuota:ml-a/project-limits")));

    [Theory]
    [InlineData("argocd.argoproj.io/instance", "apps", KeeperKind.ArgoCd, "apps")]
    [InlineData("app.kubernetes.io/managed-by", "Helm", KeeperKind.Helm, "")]
    [InlineData("app.kubernetes.io/managed-by", "Kustomize", KeeperKind.Other, "Kustomize")]
    [InlineData("olm.owner", "kueue-operator.v1", KeeperKind.Olm, "kueue-operator.v1")]
    [InlineData("opendatahub.io/dashboard", "true", KeeperKind.OpenShiftAi, "")]
    [InlineData("app.kubernetes.io/instance", "any-chart", KeeperKind.Nobody, "")]
    public void Label_OfAnotherTool_NamesIt(string label, string value, KeeperKind kind, string name) =>
        Assert.Equal(new ObjectKeeper(kind, name), ObjectKeeper.Of(Bare().WithLabel(label, value)));

    [Fact]
    public void HelmRelease_IsNamedByItsAnnotation() => Assert.Equal(
        new ObjectKeeper(KeeperKind.Helm, "tenant"), ObjectKeeper.Of(Bare().WithAnnotation("meta.helm.sh/release-name", "tenant")));

    [Fact]
    public void MadeByAController_IsTheControllers()
    {
        var pod = Bare();
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Job", ["name"] = "train", ["controller"] = true });

        Assert.Equal(new ObjectKeeper(KeeperKind.Controller, "Job train"), ObjectKeeper.Of(pod));
    }

    [Theory]
    [InlineData(KeeperKind.ArgoCd, true)]
    [InlineData(KeeperKind.Helm, true)]
    [InlineData(KeeperKind.Olm, true)]
    [InlineData(KeeperKind.Other, true)]
    [InlineData(KeeperKind.Portal, false)]
    [InlineData(KeeperKind.OpenShiftAi, false)]
    [InlineData(KeeperKind.Controller, false)]
    [InlineData(KeeperKind.Nobody, false)]
    public void IsOther_OnlyWhereAnotherToolWrites(KeeperKind kind, bool other) => Assert.Equal(other, new ObjectKeeper(kind).IsOther);

    private static JsonObject Ours() => Manifest.Create(Kinds.ResourceQuota, "ml-a", "project-limits", new ReconcileOwner("Project", Guid.NewGuid()));

    private static JsonObject Bare() => new() { ["metadata"] = new JsonObject { ["name"] = "x" } };
}
