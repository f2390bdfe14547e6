using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Recorded discovery against ours: each group, version, resource and subresource that both have is described alike.</summary>
public sealed class DiscoverySampleTests(SamplesCluster samples) : IClassFixture<SamplesCluster>
{
    /// <summary>What a list's elements are told apart by.</summary>
    private static readonly string[] Keys = ["name", "resource", "subresource", "version", "metadata"];

    /// <summary>Subresources that the embedded cluster does without.</summary>
    private static readonly HashSet<string> Unserved = new(StringComparer.Ordinal)
    {
        "attach", "ephemeralcontainers", "resize", "pods/attach", "pods/ephemeralcontainers", "pods/resize",
    };

    [Theory]
    [InlineData("discovery-legacy")]
    [InlineData("discovery-aggregated")]
    public async Task Discovery_OfWhatBothServe_IsTheRecordedOne(string sample)
    {
        var recorded = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(SharedFolder.Path("kube-api-samples", sample + ".json")))!;
        foreach (var step in recorded.Items("steps")!.OfType<JsonObject>().Where(step => step.Whole("response", "status") == 200))
        {
            var path = step.Text("request", "line")!.Split(' ')[1];
            if (path == "/version") continue; // each server's own
            var (code, answer, _) = await samples.Api.SendAsync("GET", path, accept: step.Text("request", "headers", "Accept"));
            Assert.Equal(200, (int)code);
            Compare(step.At("response", "body"), answer, path);
        }
    }

    private static void Compare(JsonNode? expected, JsonNode? found, string where)
    {
        switch (expected)
        {
            case JsonObject map:
                foreach (var (key, value) in map)
                {
                    if (key is "storageVersionHash" or "serverAddress") continue;
                    Compare(value, (found as JsonObject)?[key], $"{where}.{key}");
                }
                break;
            case JsonArray list when list.OfType<JsonObject>().Any(item => !item.ContainsKey("_cut")):
                foreach (var item in list.OfType<JsonObject>().Where(item => KeyOf(item) is { } key && !Unserved.Contains(key)))
                    Compare(item, (found as JsonArray)?.FirstOrDefault(other => KeyOf((JsonObject)other!) == KeyOf(item)), $"{where}[{KeyOf(item)}]");
                break;
            case JsonArray words:
                var said = (found as JsonArray ?? []).Select(word => word.AsText()).ToHashSet();
                Assert.All(words.Where(word => word.AsText() is not null), word => Assert.True(said.Contains(word.AsText()), $"{where}: {word} is not in {found?.ToJsonString()}"));
                break;
            default:
                Assert.Equal($"{where}: {expected?.ToJsonString()}", $"{where}: {found?.ToJsonString()}");
                break;
        }
    }

    private static string? KeyOf(JsonObject item)
    {
        foreach (var key in Keys)
        {
            if (item[key] is JsonObject metadata) return metadata.Text("name") ?? "";
            if (item.Text(key) is { } name) return name;
        }
        return null;
    }
}
