using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Training;
using Portal.Components.Tests.Projects;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Testing.Cluster;
using Portal.Testing.Waiting;

namespace Portal.Components.Tests.Training;

public class RunLogTests
{
    [Fact]
    public async Task Log_WhoseStreamEnds_GoesOnWhileTheRunDoes()
    {
        var logs = new LogsOfPods();
        var cluster = new SeenCluster { Client = logs };
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var run = await RunAsync(pages, cluster);
        logs.Next("a\nb\n");
        var log = pages.Render<RunLog>(p => p.Add(l => l.RunId, run).Add(l => l.IsRunning, true));

        await ShowsAsync("a\nb");

        // Nothing answers for a while; what was read stays.
        var before = logs.Asked;
        await Eventually.TrueAsync(() => Passes() && logs.Asked >= before + 2, "it asks again");
        await ShowsAsync("a\nb");

        // The same pod tells its log from the beginning, and another one tells another.
        logs.Next("a\nb\nc\n");
        await ShowsAsync("a\nb\nc");
        logs.Next("again\n");
        await ShowsAsync("again");

        Task ShowsAsync(string text) => Eventually.TrueAsync(() => Passes() && log.FindAll("pre").FirstOrDefault()?.TextContent == text, $"the log is {text}");

        bool Passes()
        {
            pages.Database.Clock.Advance(TimeSpan.FromSeconds(1));
            return true;
        }
    }

    private static async Task<Guid> RunAsync(ProjectPages pages, SeenCluster cluster)
    {
        var project = await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id).SetProperty(p => p.State, ProjectState.Ready));
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        var run = (await pages.Database.Get<TrainingService>().LaunchAsync(pages.Ana, draft, default)).Value;
        await using (var db = await pages.Database.OpenAsync())
        {
            await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.StartedAt, pages.Database.Clock.GetUtcNow()));
            cluster.With(Kinds.Pod, new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "fraud-1",
                    ["namespace"] = await db.Projects.Select(p => p.Namespace).SingleAsync(),
                    ["labels"] = new JsonObject { [Manifest.IdLabel] = run.ToString("D") },
                },
            });
        }
        return run;
    }

    /// <summary>One stream after the other, and none that was not given.</summary>
    private sealed class LogsOfPods : UnreachableCluster
    {
        private readonly ConcurrentQueue<string> _texts = [];
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public void Next(string text) => _texts.Enqueue(text);

        public override Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct)
        {
            Interlocked.Increment(ref _asked);
            return _texts.TryDequeue(out var text) ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))) : base.LogsAsync(ns, pod, container, follow, tailLines, ct);
        }
    }
}
