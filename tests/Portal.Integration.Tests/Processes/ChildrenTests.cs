using System.Text.Json.Nodes;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Processes;

/// <summary>What the killed portal had running: notebooks and trainings of its embedded cluster are processes of this machine.</summary>
public class ChildrenTests(PostgresServer server)
{
    private const string LongCode = "import time\nprint('begun', flush=True)\ntime.sleep(600)";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_OfAKilledPortal_EndWithItAndComeBackOnce()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        await using var stage = await ProcessStage.StartAsync(Provider.Sqlite, server, Ct);
        var (team, project) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await stage.SendAsync("admin", HttpMethod.Post, "teams", new { id = team, name = "Risk", members = new[] { new { userName = "scientist", role = "Lead" } } });
        await stage.SendAsync("scientist", HttpMethod.Post, "projects", new { id = project, name = "Children", teamId = team });
        await stage.UntilAsync("scientist", $"projects/{project}", p => p["state"]!.ToString() == "Ready");
        var notebook = (await stage.SendAsync("scientist", HttpMethod.Post, $"projects/{project}/notebooks", new { name = "kept" }))["id"]!;
        var run = (await stage.SendAsync("scientist", HttpMethod.Post, $"projects/{project}/training", new { name = "long", code = LongCode }))["id"]!;
        await StateAsync(stage, $"notebooks/{notebook}", "Running");
        await StateAsync(stage, $"training/{run}", "Running");
        await Eventually.TrueAsync(() => Containers(stage).Count == 2, "both have processes");

        await stage.Portal.KillAsync();
        await Eventually.TrueAsync(() => Containers(stage).Count == 0, "nothing is left running");
        await stage.Portal.StartAsync(Ct);

        // Both are wanted still: the notebook starts again, and the run's Job replaces the pod that the restart took.
        await StateAsync(stage, $"notebooks/{notebook}", "Running");
        await Eventually.TrueAsync(async () => Containers(stage).Count == 2 && StateOf(await stage.GetAsync("scientist", $"training/{run}")) == "Running",
            () => $"both run again, once: {string.Join(", ", Containers(stage))}");
    }

    private static Task StateAsync(ProcessStage stage, string path, string state) => stage.UntilAsync("scientist", path, v => StateOf(v) == state);

    private static string? StateOf(JsonNode view) => (view["state"] ?? view["run"]?["state"] ?? view["notebook"]?["state"])?.ToString();

    /// <summary>The containers that processes of the stage's cluster say they belong to.</summary>
    private static HashSet<string> Containers(ProcessStage stage)
    {
        var mark = $"PORTAL_LOCAL_CLUSTER={Path.Combine(stage.Portal.Folder, "cluster")}";
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var variables = File.ReadAllText(Path.Combine(folder, "environ")).Split('\0');
                if (variables.Contains(mark))
                    found.Add(variables.First(v => v.StartsWith("PORTAL_LOCAL_CONTAINER=", StringComparison.Ordinal)));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is somebody else's.
            }
        }
        return found;
    }
}
