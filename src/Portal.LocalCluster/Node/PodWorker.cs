using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>
/// The life of one pod on this machine: volumes, init containers, containers, and its end by itself, by deletion, by its
/// deadline or by the cluster being stopped. It alone writes the pod's status, but for conditions of others.
/// </summary>
internal sealed class PodWorker
{
    private static readonly TimeSpan VolumeRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(2);

    private readonly AgentServices _agent;
    private readonly JsonObject _pod;
    private readonly PodContext _context;
    private readonly List<ContainerRunner> _inits;
    private readonly List<ContainerRunner> _containers;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource<Ending> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _starts;
    private JsonObject? _written;
    private bool _initialized;

    private sealed record Ending(bool Write, bool Remove, TimeSpan Grace, PodEnd? Why = null);

    public PodWorker(AgentServices agent, JsonObject pod, string address)
    {
        _agent = agent;
        _pod = pod;
        _starts = pod.Text("status", "phase") != "Running"; // else it ran when the cluster stopped
        DateTimeOffset now = agent.Time.GetUtcNow();
        pod.Ensure("status")["podIP"] = address;
        pod.Ensure("status")["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        if (pod.Text("status", "hostIP") is null) pod.Ensure("status")["hostIP"] = "127.0.0.1";
        PodFolders folders = new(agent.DataDirectory, pod);
        _context = new PodContext(agent, pod, folders, new PodVolumes(agent.Objects, folders, pod), () => _changes.Writer.TryWrite(true));
        _inits = Runners("initContainers", "initContainerStatuses", now, again: true);
        _containers = Runners("containers", "containerStatuses", now, again: false);
        Task = RunAsync();
    }

    public Task Task { get; }

    /// <summary>The pod object changed; of interest is only that it is to go.</summary>
    public void Update(JsonObject pod)
    {
        if (pod.IsDeleting()) _ending.TrySetResult(new Ending(Write: true, Remove: true, TimeSpan.FromSeconds(pod.Whole("metadata", "deletionGracePeriodSeconds") ?? 30)));
    }

    /// <summary>The pod object is gone: whatever still runs is killed, its folder goes too.</summary>
    public async Task VanishAsync()
    {
        _ending.TrySetResult(new Ending(Write: false, Remove: false, TimeSpan.Zero));
        await Task.WhenAll(_inits.Concat(_containers).Select(container => container.StopAsync(TimeSpan.Zero)));
        await Task;
        _context.Folders.Remove();
    }

    /// <summary>The cluster stops. The pod is left as it stands; the next start finds it as after a power cut.</summary>
    public Task ShutdownAsync()
    {
        _ending.TrySetResult(new Ending(Write: false, Remove: false, ShutdownGrace));
        return Task;
    }

    private async Task RunAsync()
    {
        await System.Threading.Tasks.Task.Yield();
        using CancellationTokenSource stop = new();
        using CancellationTokenSource finished = new();
        Task writing = WriteAsync(finished.Token);
        Task work = WorkAsync(stop.Token);
        Task deadline = WatchDeadlineAsync(stop.Token);
        await System.Threading.Tasks.Task.WhenAny(work, _ending.Task);
        Ending? ending = _ending.Task.IsCompleted ? await _ending.Task : null;
        await stop.CancelAsync();
        if (ending is not null) await System.Threading.Tasks.Task.WhenAll(_inits.Concat(_containers).Select(container => container.StopAsync(ending.Grace)));
        await work.ContinueWith(_ => { }, TaskScheduler.Default);
        await deadline.ContinueWith(_ => { }, TaskScheduler.Default);
        await finished.CancelAsync();
        await writing;
        if (ending is null or { Write: true }) Write(over: true, ending?.Why);
        if (ending is { Remove: true }) _agent.Objects.Delete("pods", _pod.Namespace(), _pod.Name(), 0);
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        try
        {
            _context.Folders.Make();
            _context.Changed();
            await MountAsync(stop);
            List<Task> sidecars = [];
            foreach (ContainerRunner init in _inits)
            {
                Task run = init.RunAsync(stop);
                if (IsSidecar(init)) sidecars.Add(run);
                else await run;
                if (init.IsOver && init.Status.Ended is { ExitCode: not 0 }) return;
            }
            _initialized = true;
            _context.Changed();
            await System.Threading.Tasks.Task.WhenAll(_containers.Select(container => container.RunAsync(stop)));
            await System.Threading.Tasks.Task.WhenAll(_inits.Where(IsSidecar).Select(sidecar => sidecar.StopAsync(_context.Grace)));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            PodLog.Broken(_agent.Log, _pod.Key(), failure);
            _ending.TrySetResult(new Ending(Write: true, Remove: false, TimeSpan.Zero, new PodEnd("Failed", failure.Message)));
        }
    }

    private async Task MountAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                _context.Volumes.Make(_starts);
                return;
            }
            catch (NotReadyException missing)
            {
                _context.Say("Warning", missing.Reason, missing.Message);
                await System.Threading.Tasks.Task.Delay(VolumeRetry, _agent.Time, stop);
            }
        }
    }

    private async Task WatchDeadlineAsync(CancellationToken stop)
    {
        if (_pod.Whole("spec", "activeDeadlineSeconds") is not { } seconds) return;
        TimeSpan left = (_pod.Time("status", "startTime") ?? _agent.Time.GetUtcNow()) + TimeSpan.FromSeconds(seconds) - _agent.Time.GetUtcNow();
        if (left > TimeSpan.Zero) await System.Threading.Tasks.Task.Delay(left, _agent.Time, stop);
        _ending.TrySetResult(new Ending(Write: true, Remove: false, _context.Grace, PodEnd.Deadline));
    }

    private async Task WriteAsync(CancellationToken finished)
    {
        try
        {
            await foreach (bool _ in _changes.Reader.ReadAllAsync(finished))
            {
                // Of a cluster that stops, the last that was said stays: its containers did not end by themselves.
                if (_ending.Task is not { IsCompletedSuccessfully: true, Result.Write: false }) Write(over: false, null);
            }
        }
        catch (OperationCanceledException)
        {
            // The last write is made by the one who knows how the pod ended.
        }
    }

    private void Write(bool over, PodEnd? end)
    {
        new PodStatus([.. _inits.Select(init => init.Status)], [.. _containers.Select(container => container.Status)], _initialized, over, end)
            .WriteTo(_pod, _agent.Time.GetUtcNow());
        if (JsonNode.DeepEquals(_written, _pod["status"])) return;
        _written = _pod.Part("status").Copy();
        try
        {
            while (!TryPut()) { }
        }
        catch (ApiException refusal)
        {
            if (refusal.Code != 404) PodLog.Broken(_agent.Log, _pod.Key(), refusal);
        }
    }

    /// <summary>Puts its status beside the conditions that others have written, such as why a pod was evicted; false where one of them wrote first.</summary>
    private bool TryPut()
    {
        if (_agent.Objects.Find("pods", _pod.Namespace(), _pod.Name()) is not { } stored || stored.Uid() != _pod.Uid()) return true;
        List<JsonObject> others = [.. stored.Each("status", "conditions").Where(condition => !PodStatus.OwnConditions.Contains(condition.Text("type") ?? ""))];
        IEnumerable<JsonObject> own = _pod.Each("status", "conditions").Where(condition => !others.Exists(other => other.Text("type") == condition.Text("type")));
        stored["status"] = _pod.Part("status").Copy();
        stored["status"]!["conditions"] = new JsonArray([.. own.Concat(others).Select(condition => condition.Copy())]);
        try
        {
            _agent.Objects.UpdateStatus(stored);
            return true;
        }
        catch (ApiException refusal) when (refusal.Code == 409)
        {
            return false;
        }
    }

    private bool IsSidecar(ContainerRunner init) =>
        _pod.Each("spec", "initContainers").Any(container => container.Text("name") == init.Name && container.Text("restartPolicy") == "Always");

    /// <param name="again">Init containers run again on a machine that was restarted: their work may be gone.</param>
    private List<ContainerRunner> Runners(string field, string statuses, DateTimeOffset now, bool again)
    {
        List<ContainerRunner> runners = [];
        foreach (JsonObject container in _pod.Each("spec", field))
        {
            JsonObject? stored = again ? null : _pod.Each("status", statuses).FirstOrDefault(status => status.Text("name") == container.Text("name"));
            string policy = again && container.Text("restartPolicy") != "Always" && _context.RestartPolicy == "Always" ? "OnFailure" : container.Text("restartPolicy") ?? _context.RestartPolicy;
            runners.Add(new ContainerRunner(_context, container, ContainerStatus.Resume(container, stored, now), policy));
        }
        return runners;
    }
}

internal static partial class PodLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Pod}: the node agent failed")]
    public static partial void Broken(ILogger logger, string pod, Exception failure);
}
