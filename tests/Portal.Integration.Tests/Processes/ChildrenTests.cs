using System.Text;
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
        await Eventually.TrueAsync(() => Commands(stage).Count(c => c.Contains("jupyter", StringComparison.Ordinal)) == 1
            && Commands(stage).Exists(c => c.Contains("time.sleep", StringComparison.Ordinal) || c.Contains("python", StringComparison.Ordinal)), "both run");

        await stage.Portal.KillAsync();
        await Eventually.TrueAsync(() => Task.FromResult(Commands(stage).Count == 0), () => "nothing is left running: " + string.Join("; ", Commands(stage)));
        await stage.Portal.StartAsync(Ct);

        // The notebook is wanted still and runs again, once; the run's process is gone and it says so.
        await StateAsync(stage, $"notebooks/{notebook}", "Running");
        await StateAsync(stage, $"training/{run}", "Failed");
        Assert.Single(Commands(stage), c => c.Contains("jupyter", StringComparison.Ordinal));
        Assert.DoesNotContain(Commands(stage), c => c.Contains("portal_run", StringComparison.Ordinal));
    }

    private static Task StateAsync(ProcessStage stage, string path, string state) => stage.UntilAsync("scientist", path, v => StateOf(v) == state);

    private static string? StateOf(JsonNode view) => (view["state"] ?? view["run"]?["state"] ?? view["notebook"]?["state"])?.ToString();

    /// <summary>Command lines of the processes that carry the mark of the stage's cluster.</summary>
    private static List<string> Commands(ProcessStage stage)
    {
        var mark = $"PORTAL_LOCAL_CLUSTER={Path.Combine(stage.Portal.Folder, "cluster")}";
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "environ"), Encoding.UTF8).Split('\0').Contains(mark))
                    found.Add(File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is somebody else's.
            }
        }
        return found;
    }
}
