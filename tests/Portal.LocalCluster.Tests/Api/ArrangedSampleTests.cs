using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Recordings about objects that have to be there first; and that no recording is left out without a reason.</summary>
public sealed partial class ArrangedSampleTests(SamplesCluster api) : IClassFixture<SamplesCluster>
{
    public static TheoryData<string> Arranged { get; } = [.. SampleArrangement.All.Keys];

    [Theory]
    [MemberData(nameof(Arranged))]
    public async Task Answer_AfterTheArrangement_IsTheRecordedOne(string sample)
    {
        var path = SharedFolder.Path("kube-api-samples", sample + ".json");
        var arrangement = SampleArrangement.All[sample];
        var ns = await api.Api.NamespaceAsync();
        foreach (var (line, body) in arrangement.Steps) await DoAsync(ns, line, body);
        var version = (await api.Api.ExpectAsync(200, "GET", $"/api/v1/namespaces/{ns}/configmaps?limit=1")).Text("metadata", "resourceVersion");
        foreach (var (line, body) in arrangement.After ?? []) await DoAsync(ns, line, body);
        var text = (await File.ReadAllTextAsync(path)).Replace("namespaces/samples/", $"namespaces/{ns}/", StringComparison.Ordinal)
            .Replace("\"namespace\": \"samples\"", $"\"namespace\": \"{ns}\"", StringComparison.Ordinal).Replace("timeoutSeconds=12", "timeoutSeconds=3", StringComparison.Ordinal);

        await new SampleReplay(api.Api) { Version = version, Patient = arrangement.Patient }.Play((JsonObject)JsonNode.Parse(DifferencePattern().Replace(text, ""))!, arrangement.Only);
    }

    [Fact]
    public void Recordings_AllOfThem_ArePlayedOrHaveAReason()
    {
        var folder = Path.GetDirectoryName(SharedFolder.Path("kube-api-samples", "README.md"))!;
        var played = typeof(RecordedSampleTests).GetMethods().SelectMany(method => method.GetCustomAttributes(inherit: false).OfType<InlineDataAttribute>())
            .Select(data => (string)data.Data[0]!).Concat(RecordedSampleTests.SingleSamples).Concat(SampleArrangement.All.Keys).Concat(ControlledSampleTests.Samples).ToHashSet(StringComparer.Ordinal);
        var silent = Directory.EnumerateFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(sample => !played.Contains(sample) && !SampleArrangement.Elsewhere.ContainsKey(sample));
        Assert.Empty(silent);
        Assert.DoesNotContain(SampleArrangement.Elsewhere.Keys, played.Contains);
    }

    /// <summary>What newer servers put behind a refused change: how Go's own types differ.</summary>
    [GeneratedRegex("""\\n@@(\\.|[^"\\])*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DifferencePattern();

    private async Task DoAsync(string ns, string line, string body)
    {
        var parts = line.Replace("~", $"namespaces/{ns}", StringComparison.Ordinal).Split(' ', 2);
        var type = parts[0] == "PATCH" ? "application/merge-patch+json" : "application/json";
        var (code, answer, _) = await api.Api.SendAsync(parts[0], parts[1], body.Length == 0 ? null : body.Replace("\"~\"", $"\"{ns}\"", StringComparison.Ordinal), type);
        Assert.True((int)code is 200 or 201, $"{line}: {(int)code} {answer?.ToJsonString()}");
    }
}
