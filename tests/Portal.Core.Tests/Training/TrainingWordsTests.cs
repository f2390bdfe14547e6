using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Tests.Workloads;
using Portal.Core.Training;
using Portal.LocalCluster.Node;

namespace Portal.Core.Tests.Training;

/// <summary>What people wrote reaches their program as they wrote it, whatever reads it on the way.</summary>
public partial class TrainingWordsTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly Catalogue Catalogue = new(new CatalogOptions());
    private static readonly string[] Awkward = ["it's", "$(id)", "a b", "`x`", "", "a$$b", "$(MLFLOW_TRACKING_TOKEN)", "say \"hi\"", "\\", "; rm -rf /", "*", "模型\n2"];

    [Theory]
    [InlineData("plain", TrainingFramework.None, 1)]
    [InlineData("full", TrainingFramework.Torch, 2)]
    [InlineData("jobset", TrainingFramework.None, 2)]
    public void Arguments_OnEachSortOfCluster_AreTheSameAfterKubernetesPutItsVariablesIn(string place, TrainingFramework framework, int nodes)
    {
        var made = Make(place, Draft() with { Framework = framework, Nodes = nodes })[^1];

        var arguments = Descendants(made).OfType<JsonObject>().Single(o => o["args"] is JsonArray)["args"]!.AsArray().Select(Read);
        Assert.Equal(Awkward, arguments.TakeLast(Awkward.Length));
        var experiment = Descendants(made).OfType<JsonObject>().First(o => o.Text("name") == "MLFLOW_EXPERIMENT_NAME");
        Assert.Equal("Credit $(HOME)", Read(experiment["value"]));
    }

    [Fact]
    public void Rayjob_WhateverTheArguments_GivesTheShellsNothingToRead()
    {
        var objects = Make("full", Draft() with { Framework = TrainingFramework.Ray });

        Assert.Matches(Plain(), objects[^1].Text("spec", "entrypoint"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rayjob_ItsProgramStarted_HasTheWordsAsTheyWereWritten(bool command)
    {
        Assert.SkipUnless(File.Exists(Python), "Python is not installed (package python3).");
        const string Echo = "import json, sys; print(json.dumps(sys.argv[1:]))";
        var draft = Draft() with { Framework = TrainingFramework.Ray, Code = Echo };
        var objects = Make("full", command ? draft with { Source = CodeSource.Image, Command = [Python, "-c", Echo] } : draft);

        Assert.Equal(Awkward, JsonSerializer.Deserialize<string[]>(await RunAsync(objects)));
    }

    // As Ray's head does it, with the files of the run where they are mounted.
    private static async Task<string> RunAsync(IReadOnlyList<JsonObject> objects)
    {
        var folder = Directory.CreateTempSubdirectory("portal-run-").FullName;
        try
        {
            foreach (var (name, text) in objects[0].At("data")!.AsObject())
                await File.WriteAllTextAsync(Path.Combine(folder, name), text!.ToString().Replace("/opt/portal-run", folder, StringComparison.Ordinal), Ct);
            var start = new ProcessStartInfo("/bin/sh", ["-c", objects[^1].Text("spec", "entrypoint")!.Replace("/opt/portal-run", folder, StringComparison.Ordinal)])
            {
                RedirectStandardOutput = true,
            };
            (start.Environment["PORTAL_OUTPUT_DIR"], start.Environment["HOME"]) = (Path.Combine(folder, "output"), folder);
            using var process = Process.Start(start)!;
            var said = await process.StandardOutput.ReadToEndAsync(Ct);
            await process.WaitForExitAsync(Ct);
            Assert.Equal(0, process.ExitCode);
            return said;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static TrainingDraft Draft() => new(Places.Id, Guid.Empty, "Fraud model") { Code = "print(1)\n", Arguments = Awkward };

    private static IReadOnlyList<JsonObject> Make(string place, TrainingDraft draft)
    {
        var run = draft.ToRun(new Actor(Guid.Empty, "ana"), Catalogue.FindSize("small")!, 1, Places.Now);
        var spec = new TrainingSpec(run, "Credit $(HOME)", Places.Of(place), Catalogue.FindImage(run.ImageId, ImageUse.Training), null);
        return TrainingManifests.For(spec, TrainingPlan.For(run, Places.Of(place))!);
    }

    private static string Read(JsonNode? word) =>
        VariableExpansion.Expand(word!.ToString(), new Dictionary<string, string> { ["MLFLOW_TRACKING_TOKEN"] = "secret", ["HOME"] = "/root" });

    private static IEnumerable<JsonNode> Descendants(JsonNode node) => node switch
    {
        JsonObject map => [node, .. map.Select(f => f.Value).OfType<JsonNode>().SelectMany(Descendants)],
        JsonArray list => [node, .. list.OfType<JsonNode>().SelectMany(Descendants)],
        _ => [node],
    };

    [GeneratedRegex("^[A-Za-z0-9_./ -]+$", RegexOptions.None, 1000)]
    private static partial Regex Plain();
}
