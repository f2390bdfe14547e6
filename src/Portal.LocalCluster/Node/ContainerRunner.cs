using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Runs one container until it shall not run again: starts it, watches it, starts it again as the restart policy says.</summary>
internal sealed class ContainerRunner(PodContext pod, JsonObject container, ContainerStatus resumed, string restartPolicy)
{
    private readonly Lock _gate = new();
    private volatile ContainerStatus _status = resumed;
    private volatile bool _stopped;
    private ContainerProcess? _process;

    public ContainerStatus Status => _status;

    public string Name => _status.Name;

    /// <summary>Ended, and the restart policy leaves it so.</summary>
    public bool IsOver => _status.Ended is { } end && !MayRestart(end);

    public async Task RunAsync(CancellationToken stop)
    {
        Backoff pull = new();
        Backoff crash = new(startNow: true);
        if (_status.Ended is { } before)
        {
            if (!MayRestart(before)) return;
            _status = _status with { Restarts = _status.Restarts + 1 };
        }
        while (!stop.IsCancellationRequested && !_stopped)
        {
            if (await StartAsync(pull, stop) && _process is { } process) await WatchAsync(process, stop);
            if (stop.IsCancellationRequested || _stopped || IsOver) return;
            if (_status.Ended is null) continue;
            TimeSpan pause = crash.Next(_status.Ended.Finished - _status.Ended.Started);
            string message = FormattableString.Invariant($"back-off {pause.TotalSeconds:0}s restarting failed container={Name} pod={pod.Pod.Name()}_{pod.Pod.Namespace()}({pod.Pod.Uid()})");
            if (pause > TimeSpan.Zero)
            {
                Set(_status.Wait("CrashLoopBackOff", message));
                pod.Say("Warning", "BackOff", $"Back-off restarting failed container {Name} in pod {pod.Pod.Name()}_{pod.Pod.Namespace()}({pod.Pod.Uid()})");
                await Task.Delay(pause, pod.Time, stop);
            }
            _status = _status with { Restarts = _status.Restarts + 1 };
        }
    }

    /// <summary>Stops the container for good: a start that is under way is either stopped here or does not happen.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        ContainerProcess? process;
        lock (_gate)
        {
            _stopped = true;
            process = _process;
        }
        await EndAsync(process, grace);
    }

    /// <summary>Ends the present run; the restart policy says what comes next.</summary>
    private async Task EndAsync(ContainerProcess? process, TimeSpan grace)
    {
        if (process is null || process.Exited.IsCompleted) return;
        pod.Say("Normal", "Killing", $"Stopping container {Name}");
        await process.StopAsync(grace, pod.Time);
    }

    /// <summary>True when the container ran or could not be executed; false when it waits for something.</summary>
    private async Task<bool> StartAsync(Backoff pull, CancellationToken stop)
    {
        try
        {
            string image = container.Text("image") ?? "";
            if (pod.Agent.Images.Find(image, out string refusal) is not { } known)
            {
                await PullFailedAsync(image, refusal, pull.Next(TimeSpan.Zero), stop);
                return false;
            }
            ContainerPlan plan = ContainerPlan.From(pod.Objects, pod.Pod, container, known, pod.Folders, pod.Volumes);
            Launch(plan);
            return true;
        }
        catch (NotReadyException failure) when (failure.Reason == "StartError")
        {
            DateTimeOffset now = pod.Time.GetUtcNow();
            pod.Say("Warning", "Failed", $"Error: {failure.Message}");
            Set(_status.End(new Termination(128, "StartError", failure.Message, now, now, "")));
            return true;
        }
        catch (NotReadyException missing)
        {
            Set(_status.Wait(missing.Reason, missing.Message));
            pod.Say("Warning", "Failed", $"Error: {missing.Message}");
            await Task.Delay(pull.Next(TimeSpan.Zero), pod.Time, stop);
            return false;
        }
    }

    private void Launch(ContainerPlan plan)
    {
        string id = Guid.NewGuid().ToString("N");
        string path = pod.Folders.Log(Name, _status.Restarts);
        ContainerLog log = pod.Agent.Logs.Open(path, pod.Time);
        Dictionary<string, string> marked = new(plan.Environment, StringComparer.Ordinal)
        {
            [ProcessTree.ClusterVariable] = pod.Agent.DataDirectory,
            [ProcessTree.BootVariable] = pod.Agent.Boot,
            [ProcessTree.ContainerVariable] = id,
        };
        try
        {
            lock (_gate)
            {
                if (_stopped) throw new OperationCanceledException();
                _process = ContainerProcess.Start(plan with { Environment = marked }, id, log);
            }
        }
        catch (Exception failure) when (failure is NotReadyException or OperationCanceledException)
        {
            pod.Agent.Logs.Close(path);
            throw;
        }
        bool probed = container.Map("readinessProbe") is not null;
        bool starting = container.Map("startupProbe") is not null;
        pod.Say("Normal", "Pulled", $"Container image \"{_status.Image}\" already present on machine");
        pod.Say("Normal", "Started", $"Started container {Name}");
        Set(_status.Run(pod.Time.GetUtcNow(), $"local-process://{id}") with { Started = !starting, Ready = !probed && !starting });
    }

    private async Task WatchAsync(ContainerProcess process, CancellationToken stop)
    {
        using CancellationTokenSource running = new();
        ProbeLoop probes = new(pod, container, () => _status, Set, () => EndAsync(process, pod.Grace));
        Task probing = probes.RunAsync(running.Token);
        int code = await process.Exited;
        await running.CancelAsync();
        await probing;
        DateTimeOffset started = _status.RunningSince ?? pod.Time.GetUtcNow();
        pod.Agent.Logs.Close(pod.Folders.Log(Name, _status.Restarts));
        Set(_status.End(new Termination(code, code == 0 ? "Completed" : "Error", null, started, pod.Time.GetUtcNow(), _status.ContainerId)));
        _process = null;
        process.Dispose();
    }

    private async Task PullFailedAsync(string image, string refusal, TimeSpan pause, CancellationToken stop)
    {
        Set(_status.Wait("ErrImagePull", refusal));
        pod.Say("Warning", "Failed", $"Failed to pull image: {refusal}");
        await Task.Delay(TimeSpan.FromSeconds(2), pod.Time, stop);
        Set(_status.Wait("ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {refusal}"));
        await Task.Delay(pause, pod.Time, stop);
    }

    private bool MayRestart(Termination end) => restartPolicy switch
    {
        "Always" => true,
        "OnFailure" => end.ExitCode != 0,
        _ => false,
    };

    private void Set(ContainerStatus status)
    {
        _status = status;
        pod.Changed();
    }
}
