using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Tests.Ownership;

public class ManifestDiffTests
{
    [Fact]
    public void Between_NamesFieldsWithBothValuesAndSkipsBookkeeping()
    {
        var before = Read("""{"metadata":{"name":"q","resourceVersion":"1","managedFields":[],"annotations":{"mlops-portal/applied":"a"}},"spec":{"hard":{"pods":"50","cpu":"8"}},"status":{"used":"1"}}""");
        var after = Read("""{"metadata":{"name":"q","resourceVersion":"2","annotations":{"mlops-portal/applied":"b"}},"spec":{"hard":{"pods":"200","requests.nvidia.com/gpu":"4"}}}""");

        Assert.Equal(
            [new FieldChange("spec.hard.pods", "50", "200"), new("spec.hard.requests.nvidia.com/gpu", null, "4"), new("spec.hard.cpu", "8", null)],
            ManifestDiff.Between(before, after));
    }

    [Fact]
    public void Between_ItemsOfLists_AreNamedByTheirName()
    {
        var before = Read("""{"spec":{"flavors":[{"name":"h100","resources":[{"name":"gpu","nominalQuota":"4"}]}],"args":["a"]}}""");
        var after = Read("""{"spec":{"flavors":[{"name":"a100","resources":[]},{"name":"h100","resources":[{"name":"gpu","nominalQuota":"6"}]}],"args":["b"]}}""");

        Assert.Equal(
            ["spec.flavors[a100].name: → a100", "spec.flavors[h100].resources[gpu].nominalQuota: 4 → 6", "spec.args[0]: a → b"],
            ManifestDiff.Between(before, after).Select(f => $"{f.Path}: {f.Before} → {f.After}".Replace(":  →", ": →", StringComparison.Ordinal)));
    }

    [Fact]
    public void Missing_SeesOnlyWhatIsWanted()
    {
        var seen = Read("""{"spec":{"hard":{"pods":"9999"},"scopes":["x"]}}""");

        Assert.Equal([new FieldChange("spec.hard.pods", "50", "9999")], ManifestDiff.Missing(seen, Read("""{"spec":{"hard":{"pods":"50"}}}""")));
    }

    [Fact]
    public void Change_ByAWebhook_IsToldApartFromAnotherWayToWriteTheSame()
    {
        var wanted = Read("""{"kind":"Job","metadata":{"name":"j"},"spec":{"suspend":false,"memory":"1024Mi","note":""}}""");
        var answer = Read("""{"kind":"Job","metadata":{"name":"j"},"spec":{"suspend":true,"memory":"1Gi","parallelism":1}}""");

        var change = ObjectChange.From(null, wanted, answer);

        Assert.Equal((ObjectChangeKind.Create, "Job", "j"), (change.Change, change.Kind, change.Name));
        Assert.Equal([new FieldChange("spec.suspend", "false", "true")], change.ByCluster);
    }

    private static JsonObject Read(string json) => JsonNode.Parse(json)!.AsObject();
}
