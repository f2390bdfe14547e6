using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Core.Tests.Clusters;

public class ClusterRulesTests
{
    [Theory]
    [InlineData("site", "berlin", null)]
    [InlineData("bank.example/rack", "r-7", null)]
    [InlineData("notkubernetes.io.example/x", "", null)]
    [InlineData("kubernetes.io/os", "linux", "label.reserved")]
    [InlineData("node.kubernetes.io/instance-type", "x", "label.reserved")]
    [InlineData("k8s.io/x", "y", "label.reserved")]
    [InlineData("kueue.x-k8s.io/queue-name", "y", "label.reserved")]
    [InlineData("pod-security.kubernetes.io/enforce", "privileged", "label.reserved")]
    [InlineData("security.openshift.io/scc", "y", "label.reserved")]
    [InlineData("mlops-portal/id", "y", "label.reserved")]
    [InlineData("strimzi.io/cluster", "y", "label.reserved")]
    [InlineData("helm.sh/chart", "y", "label.reserved")]
    [InlineData("modelmesh-enabled", "true", "label.reserved")]
    [InlineData("a b", "y", "label.key")]
    [InlineData("", "y", "label.key")]
    [InlineData("ok", "a value", "label.value")]
    [InlineData("ok", null, "label.value")]
    public void Label_TypedByAPerson_NeverTakesWhatBelongsToOthers(string key, string? value, string? code) => Assert.Equal(
        (code, code is null ? null : "Labels"), Seen(ClusterRules.Check(new ClusterContent("North") { Labels = new Dictionary<string, string> { [key] = value! } })));

    [Theory]
    [InlineData("10.0.0.0/24", null)]
    [InlineData(" 10.0.0.7 ", null)]
    [InlineData("fd00::/64", null)]
    [InlineData("fd00::7", null)]
    [InlineData("10.0.0.7/24", null)]
    [InlineData("10.0.0.0/33", "registration.range_invalid")]
    [InlineData("10", "registration.range_invalid")]
    [InlineData("0x7f000001", "registration.range_invalid")]
    [InlineData("host.test", "registration.range_invalid")]
    [InlineData("", "registration.range_invalid")]
    [InlineData("0.0.0.0/0", "registration.range_all")]
    [InlineData("::/0", "registration.range_all")]
    public void Range_OfAddresses_IsACidrThatLeavesSomebodyOut(string range, string? code)
    {
        Assert.Equal((code, code is null ? null : "ControlPlaneRanges"), Seen(ClusterRules.Check(new ClusterContent("North") { ControlPlaneRanges = [range] })));
        Assert.Equal((code, code is null ? null : "PortalRanges"), Seen(ClusterRules.Check(new ClusterContent("North") { PortalRanges = [range] })));
    }

    [Fact]
    public void Ranges_AsStored_NameSingleAddressesAsRanges() =>
        Assert.Equal(["10.0.0.7/32", "fd00::/64", "fd00::7/128", "10.1.2.0/24"], AddressRanges.Normalize([" 10.0.0.7", "fd00:0::/64", "10.0.0.7/32", "fd00::7", "10.1.2.3/24"]));

    private static (string?, string?) Seen(Refusal? refusal) => (refusal?.Code, refusal?.Field);

    [Fact]
    public void Features_VersionsServed_ChooseTheNewestThatThePortalWrites()
    {
        var found = ClusterFeatures.From(new ClusterCapabilities("v1.30.0",
        [
            new("kueue.x-k8s.io", "v1beta1", "clusterqueues", "ClusterQueue", false),
            new("infrastructure.opendatahub.io", "v1alpha1", "hardwareprofiles", "HardwareProfile"),
            new("infrastructure.opendatahub.io", "v1", "hardwareprofiles", "HardwareProfile"),
            new("kubeflow.org", "v1beta1", "notebooks", "Notebook"),
        ], false)).ToDictionary(f => f.Name);

        Assert.Equal("v1beta1", found["Kueue"].Used);
        Assert.Equal(("", true), (found["Kubeflow Notebooks"].Used, found["Kubeflow Notebooks"].IsUnknown));
        var profiles = found["Hardware profiles"];
        Assert.Equal(("v1", 2, true, false), (profiles.Used, profiles.Served.Count, profiles.IsWritten, profiles.IsUnknown));
        Assert.Equal(("", false), (found["Ray"].Used, found["Ray"].IsUnknown));
    }

    // A page that names a version which nothing is written in would be believed.
    [Fact]
    public void Features_WrittenVersions_AreThoseOfTheManifests()
    {
        ResourceType[] written = [Kinds.ClusterQueue, NotebookManifests.Kind, HardwareProfileManifests.Versions[0], .. TrainingKinds.All.Where(k => k != Kinds.Job)];

        var found = ClusterFeatures.From(new ClusterCapabilities("v1.36.2", written, false)).Where(f => f.IsWritten).ToList();

        Assert.Equal(
            written.Select(k => $"{k.Plural}.{k.Group} {k.Version}").Order(StringComparer.Ordinal),
            found.Select(f => $"{f.Kind} {f.Used}").Order(StringComparer.Ordinal));
    }
}
