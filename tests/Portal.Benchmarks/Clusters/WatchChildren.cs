using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Cluster;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.LocalCluster;
using Portal.LocalCluster.Machinery;

namespace Portal.Benchmarks.Clusters;

/// <summary>The two sides of the watch benchmark, each in a process of its own so that its memory is its own.</summary>
internal static class WatchChildren
{
    public const string Server = "watch-server";
    public const string Watcher = "watch-watcher";

    /// <summary>
    /// An API server without controllers, on the log that is in the folder, until its input ends. A line of two numbers asks
    /// for so many changes a second, so many times; it is answered by the rate that was reached.
    /// </summary>
    public static async Task<int> ServeAsync(string folder)
    {
        await using var cluster = await LocalCluster.LocalCluster.StartAsync(
            new LocalClusterOptions { DataDirectory = folder }, NullLoggerFactory.Instance, parts: _ => { });
        Console.WriteLine(cluster.KubeconfigPath);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var asked = line.Split(' ');
            var rate = await ManyPods.ChangeAsync(
                cluster.Services.GetRequiredService<IObjects>(), int.Parse(asked[0], CultureInfo.InvariantCulture), int.Parse(asked[1], CultureInfo.InvariantCulture));
            Console.WriteLine(rate.ToString(CultureInfo.InvariantCulture));
        }
        return 0;
    }

    /// <summary>Follows the pods and says what it took; then measures how late changes are seen, until so many have come.</summary>
    public static async Task<int> WatchAsync(string kubeconfig, int changes)
    {
        var measuring = false;
        var lags = new List<double>();
        var done = new TaskCompletionSource();
        ClusterSession? session = null;
        void Touched(ReconcileOwner owner)
        {
            if (!measuring)
                return;
            var seen = session!.Cache.List(Kinds.Pod, null, (Manifest.IdLabel, owner.Id.ToString("D"))).Single();
            if (long.TryParse(seen.Text("metadata", "annotations", ManyPods.At), CultureInfo.InvariantCulture, out var at))
                lags.Add(((DateTime.UtcNow - DateTime.UnixEpoch).TotalMicroseconds - at) / 1000);
            if (lags.Count == changes)
                done.TrySetResult();
        }
        session = new ClusterSession(
            Guid.NewGuid(), "bench", ClusterLine.FromFile(kubeconfig), new KubernetesOptions(), Touched, TimeProvider.System, NullLoggerFactory.Instance);
        await using var line = session;
        await session.Cluster.Client.CapabilitiesAsync(default);
        var idleHeap = GC.GetTotalMemory(forceFullCollection: true);
        var idle = Resident();
        var clock = Stopwatch.StartNew();
        session.Watch([Kinds.Pod]);
        while (!session.Cache.IsSynced)
            // The pause between two looks; the list takes seconds.
            await Task.Delay(20);
        var seconds = clock.Elapsed.TotalSeconds;
        var peak = Peak();
        var held = (GC.GetTotalMemory(forceFullCollection: true) - idleHeap) / (double)ManyPods.Count;
        Say(new { idle, peak, held, seconds, count = session.Cache.List(Kinds.Pod, ManyPods.Space(0)).Count });
        measuring = true;
        // A bound, so that lost changes end the benchmark: those that did come are counted, and too few of them fail its row.
        await Task.WhenAny(done.Task, Task.Delay(TimeSpan.FromMinutes(3)));
        measuring = false;
        Say(new { lags = lags.ToArray() });
        return 0;
    }

    private static void Say(object facts) => Console.WriteLine(JsonSerializer.Serialize(facts));

    private static long Resident() => Status("VmRSS");

    private static long Peak() => Status("VmHWM");

    private static long Status(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").Single(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);
}
