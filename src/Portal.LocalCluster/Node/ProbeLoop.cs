using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Asks a running container how it is: startup first, then readiness and liveness side by side.</summary>
internal sealed class ProbeLoop(PodContext pod, JsonObject container, Func<ContainerStatus> status, Action<ContainerStatus> set, Func<Task> kill)
{
    private readonly Lock _gate = new();

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            if (container.Map("startupProbe") is { } startup)
            {
                if (!await UntilAsync(startup, "Startup", ct)) return;
                Change(now => now with { Started = true, Ready = container.Map("readinessProbe") is null });
            }
            await Task.WhenAll(ReadinessAsync(ct), LivenessAsync(ct));
        }
        catch (OperationCanceledException)
        {
            // The container has ended; there is nothing left to ask.
        }
    }

    private async Task ReadinessAsync(CancellationToken ct)
    {
        if (container.Map("readinessProbe") is not { } probe) return;
        ProbeSettings settings = ProbeSettings.From(probe);
        await Task.Delay(settings.InitialDelay, pod.Time, ct);
        int failures = 0;
        while (true)
        {
            bool good = await CheckAsync(probe, settings, "Readiness", quiet: !status().Ready, ct);
            failures = good ? 0 : failures + 1;
            if (good != status().Ready && (good || failures >= settings.FailureThreshold)) Change(now => now with { Ready = good });
            // A container that is not ready yet is asked more often, so that people wait no longer than it needs.
            await Task.Delay(status().Ready ? settings.Period : settings.Eager, pod.Time, ct);
        }
    }

    private async Task LivenessAsync(CancellationToken ct)
    {
        if (container.Map("livenessProbe") is not { } probe) return;
        ProbeSettings settings = ProbeSettings.From(probe);
        await Task.Delay(settings.InitialDelay, pod.Time, ct);
        for (int failures = 0; failures < settings.FailureThreshold;)
        {
            await Task.Delay(settings.Period, pod.Time, ct);
            failures = await CheckAsync(probe, settings, "Liveness", quiet: false, ct) ? 0 : failures + 1;
        }
        pod.Say("Normal", "Killing", $"Container {status().Name} failed liveness probe, will be restarted");
        await kill();
    }

    private async Task<bool> UntilAsync(JsonObject probe, string kind, CancellationToken ct)
    {
        ProbeSettings settings = ProbeSettings.From(probe);
        await Task.Delay(settings.InitialDelay, pod.Time, ct);
        DateTimeOffset end = pod.Time.GetUtcNow() + (settings.Period * settings.FailureThreshold);
        while (!await CheckAsync(probe, settings, kind, quiet: true, ct))
        {
            if (pod.Time.GetUtcNow() >= end)
            {
                pod.Say("Normal", "Killing", $"Container {status().Name} failed startup probe, will be restarted");
                await kill();
                return false;
            }
            await Task.Delay(settings.Eager, pod.Time, ct);
        }
        return true;
    }

    private async Task<bool> CheckAsync(JsonObject probe, ProbeSettings settings, string kind, bool quiet, CancellationToken ct)
    {
        string? failure = await Probe.FailureAsync(pod, container, probe, settings.Timeout, ct);
        if (failure is not null && !quiet) pod.Say("Warning", "Unhealthy", $"{kind} probe failed: {failure}");
        return failure is null;
    }

    private void Change(Func<ContainerStatus, ContainerStatus> change)
    {
        lock (_gate) set(change(status()));
    }
}

internal sealed record ProbeSettings(TimeSpan InitialDelay, TimeSpan Period, TimeSpan Timeout, int FailureThreshold)
{
    public TimeSpan Eager => Period < TimeSpan.FromSeconds(1) ? Period : TimeSpan.FromMilliseconds(500);

    public static ProbeSettings From(JsonObject probe) => new(
        TimeSpan.FromSeconds(probe.Whole("initialDelaySeconds") ?? 0),
        TimeSpan.FromSeconds(probe.Whole("periodSeconds") ?? 10),
        TimeSpan.FromSeconds(probe.Whole("timeoutSeconds") ?? 1),
        (int)(probe.Whole("failureThreshold") ?? 3));
}
