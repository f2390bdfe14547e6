using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Workloads;
using Portal.Testing.Files;

namespace Portal.Core.Tests.Health;

/// <summary>A file of <c>Cases/Kind/name.json</c> with its line of <c>Cases/Kind/expected.json</c>; the README there says what is in them.</summary>
internal sealed record HealthCase(KindFacts Facts, WorkloadState State, string Reason, IReadOnlyDictionary<string, string> With)
{
    private const string ExpectedFile = "expected";
    private static readonly string Folder = Repository.At("tests", "Portal.Core.Tests", "Health", "Cases");

    /// <summary>Every case that a file or an expectation names: one without the other fails.</summary>
    public static IEnumerable<(string Kind, string Name)> All => Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal).SelectMany(kind =>
        Directory.EnumerateFiles(kind, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n != ExpectedFile)
            .Union(Load(kind, ExpectedFile).Select(e => e.Key)).Order(StringComparer.Ordinal).Select(name => (Path.GetFileName(kind), name)));

    public static HealthCase Read(string kind, string name)
    {
        var folder = Path.Combine(Folder, kind);
        var (shown, expected) = (Load(folder, name), Load(folder, ExpectedFile)[name]!);
        var now = DateTimeOffset.Parse(shown.Text("now")!, CultureInfo.InvariantCulture);
        var facts = new KindFacts(shown["object"]!.AsObject(), now)
        {
            Pods = [.. shown.Items("pods").Cast<JsonObject>()],
            Jobs = [.. shown.Items("jobs").Cast<JsonObject>()],
            Events = [.. shown.Items("events").Cast<JsonObject>()],
            Workload = shown["workload"] as JsonObject,
        };
        var with = (expected["with"] as JsonObject ?? []).ToDictionary(w => w.Key, w => w.Value!.ToString());
        return new HealthCase(facts, Enum.Parse<WorkloadState>(expected.Text("state")!), expected.Text("reason")!, with);
    }

    private static JsonObject Load(string folder, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name + ".json")))!.AsObject();
}
