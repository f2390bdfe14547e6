using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Plays what a real API server was asked and compares its recorded answers with ours.</summary>
internal sealed partial class SampleReplay(ApiFixture api)
{
    private JsonObject? _last;

    /// <summary>What no two servers have in common, and what is ours to say in our own way.</summary>
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "lastTransitionTime", "lastProbeTime", "continue", "storageVersionHash",
        "serverAddress", "remainingItemCount", "expirationTimestamp",
        "description", // of a table's column: text for people
    };

    private static readonly JsonSerializerOptions Plainly = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The version that watches of the recording start from; their own is of another server.</summary>
    public string? Version { get; init; }

    /// <summary>What is read is what controllers come to make of it: it is read again until it is as recorded.</summary>
    public bool Patient { get; init; }

    /// <summary>Done before each step.</summary>
    public Func<JsonObject, Task>? Before { get; init; }

    public async Task Play(JsonObject sample, Func<JsonObject, bool>? only = null)
    {
        foreach (var step in sample.Items("steps")?.OfType<JsonObject>() ?? [sample])
        {
            if (only?.Invoke(step) == false) continue;
            if (Before is not null) await Before(step);
            if (Patient && step.Text("request", "line")!.StartsWith("GET ", StringComparison.Ordinal)) await StepInTime(step);
            else await Step(step);
        }
    }

    private async Task StepInTime(JsonObject step)
    {
        // The condition is the recorded answer, compared whole each time; the pause is between two looks, and the last look's failure is the test's.
        for (var end = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(20))
        {
            try
            {
                await Step(step);
                return;
            }
            catch (Exception early) when (early is Xunit.Sdk.XunitException or NullReferenceException or InvalidOperationException && DateTime.UtcNow < end)
            {
                // Not yet: another answer, or one without what is looked for in it.
            }
        }
    }

    private async Task Step(JsonObject step)
    {
        var line = step.Text("request", "line")!.Split(' ', 2);
        // The one token that is asked about is bob's; in the cluster under test a user's token is the user's name.
        var body = step.At("request", "body") is JsonObject asked ? JsonNode.Parse(asked.ToJsonString(Plainly).Replace("<token>", "bob", StringComparison.Ordinal)) : step.At("request", "body");
        var (code, answer, headers) = await api.SendAsync(
            line[0], Living(line[1]), Living(body) is JsonValue text && text.TryGetValue(out string? raw) ? raw : body?.ToJsonString(),
            step.Text("request", "headers", "Content-Type") ?? "application/json", step.Text("request", "headers", "Accept"),
            step.Text("request", "user") switch { null or "admin" => null, "none" => "", var user => user },
            (step.Map("request", "headers") ?? []).Where(header => header.Key.StartsWith("Impersonate", StringComparison.Ordinal)).Select(header => (header.Key, header.Value!.ToString())));
        var where = $"{step.Text("say")} {line[0]} {line[1]}";
        Assert.True(step.Whole("response", "status") == (int)code, $"{where}: {(int)code} {answer?.ToJsonString()}");
        if (answer is JsonObject said) _last = said;
        if (step.Items("response", "lines") is { } lines)
        {
            Compare(lines, Events(answer, lines.Count), where);
            return;
        }
        if (step.At("response", "body") is null) return; // what was recorded there is not the body
        if (step.Text("response", "headers", "warning") is { } warning) Assert.Equal(warning, string.Join(", ", headers.GetValues("Warning")));
        Compare(step.At("response", "body"), answer, where);
    }

    /// <summary>Versions and continue tokens are the server's own: those of the recording become those of the last answer.</summary>
    private string Living(string path)
    {
        if (Version is not null && path.Contains("watch=1", StringComparison.Ordinal)) path = VersionParameter().Replace(path, match => match.Value.EndsWith("=1", StringComparison.Ordinal) ? match.Value : $"resourceVersion={Version}");
        return _last?.Text("metadata", "continue") is { } token ? ContinueParameter().Replace(path, $"continue={token}") : path;
    }

    private JsonNode? Living(JsonNode? body)
    {
        if (body is not JsonObject tree || tree.Map("metadata") is not { } metadata || metadata["uid"] is null) return body;
        metadata.Remove("uid");
        if (_last?.Text("metadata", "resourceVersion") is { } version) metadata["resourceVersion"] = version;
        return body;
    }

    /// <summary>The lines of a stream; what came after those that were recorded is left out.</summary>
    private static JsonArray Events(JsonNode? answer, int count)
    {
        var lines = answer is JsonValue text ? text.GetValue<string>().Split('\n', StringSplitOptions.RemoveEmptyEntries) : [answer!.ToJsonString()];
        return [.. lines.Take(count).Select(line => JsonNode.Parse(line))];
    }

    /// <summary>Every field that was recorded is there with the same value; fields besides are allowed (samples are thinned).</summary>
    private static void Compare(JsonNode? expected, JsonNode? found, string where)
    {
        switch (expected)
        {
            case JsonObject map:
                Assert.True(found is JsonObject, $"{where}: {found?.ToJsonString()} instead of {map.ToJsonString()}");
                foreach (var (key, value) in map)
                {
                    if (Skipped.Contains(key)) continue;
                    var (one, other) = (value, ((JsonObject)found!)[key]);
                    // Their order is that of their times, and a second may end between two writes here that the recording had in one.
                    if (key == "managedFields") (one, other) = (ByManager(one), ByManager(other));
                    Compare(one, other, $"{where}.{key}");
                }
                break;
            case JsonArray list:
                var items = list.Where(item => item is not JsonObject cut || !cut.ContainsKey("_cut")).ToList();
                var whole = items.Count == list.Count;
                Assert.True(found is JsonArray others && (whole ? others.Count == items.Count : others.Count >= items.Count), $"{where}: {found?.ToJsonString()} instead of {list.ToJsonString()}");
                for (var i = 0; i < items.Count && whole; i++) Compare(items[i], ((JsonArray)found!)[i], $"{where}[{i}]");
                break;
            case JsonValue masked when masked.AsText() is "<token>" or "<pem>" or "<host>" or "<uuid>":
                Assert.False(string.IsNullOrEmpty(found.AsText()), where);
                break;
            case JsonValue time when time.AsText() is { } text && TimePattern().IsMatch(text):
                Assert.Matches(TimePattern(), found.AsText());
                break;
            case JsonValue age when age.AsText() is { } text && AgePattern().IsMatch(text):
                Assert.Matches(AgePattern(), found.AsText());
                break;
            case JsonValue generated when generated.AsText() is { } text && GeneratedPattern().IsMatch(text):
                Assert.Matches(GeneratedPattern(), found.AsText());
                break;
            default:
                Assert.Equal($"{where}: {Plain(expected)}", $"{where}: {Plain(found)}");
                break;
        }
    }

    private static JsonArray ByManager(JsonNode? managers) =>
        [.. ((managers as JsonArray) ?? []).OrderBy(entry => $"{entry!["manager"]} {entry["operation"]}", StringComparer.Ordinal).Select(entry => entry!.DeepClone())];

    /// <summary>Ids and versions inside of sentences are masked.</summary>
    private static string Plain(JsonNode? node)
    {
        if (node.AsText() is not { } text) return node?.ToJsonString() ?? "null";
        text = EventPattern().Replace(PodPattern().Replace(text, "<pod>"), "<event>");
        return VersionPattern().Replace(UidPattern().Replace(text, "<uid>"), "$1 (<version>)");
    }

    [GeneratedRegex("<uid-[0-9]+>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UidPattern();

    [GeneratedRegex("(in record|too old resource version: 1) \\([0-9]+\\)", RegexOptions.None, 1000)]
    private static partial Regex VersionPattern();

    [GeneratedRegex("resourceVersion=[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex VersionParameter();

    [GeneratedRegex("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6([0-9]{1,3}[A-Z]|ND|LT)[A-Za-z0-9_-]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContinueParameter();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TimePattern();

    /// <summary>A pod of a job, also inside of sentences.</summary>
    [GeneratedRegex("(?<=\"over-)[bcdfghjklmnpqrstvwxz2456789]{5}(?=\")", RegexOptions.None, 1000)]
    private static partial Regex PodPattern();

    /// <summary>An event is named after its object and a moment.</summary>
    [GeneratedRegex("(?<=^over[.])[0-9a-f]{16}$", RegexOptions.None, 1000)]
    private static partial Regex EventPattern();

    [GeneratedRegex("^[0-9]+(ms|s|m)([0-9]+s)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AgePattern();

    [GeneratedRegex("^run-[bcdfghjklmnpqrstvwxz2456789]{5}$", RegexOptions.None, 1000)]
    private static partial Regex GeneratedPattern();
}
