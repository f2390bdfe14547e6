using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Why a pod ended other than by its containers.</summary>
internal sealed record PodEnd(string Reason, string Message)
{
    public static readonly PodEnd Deadline = new("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
}

/// <summary>A pod's status out of what is known of its containers.</summary>
internal sealed record PodStatus(IReadOnlyList<ContainerStatus> Inits, IReadOnlyList<ContainerStatus> Containers, bool Initialized, bool Over, PodEnd? End)
{
    /// <summary>The conditions that are written here alone once the pod has its node.</summary>
    public static readonly IReadOnlyList<string> OwnConditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"];

    public string Phase
    {
        get
        {
            if (End is not null) return "Failed";
            if (Over) return Initialized && Containers.All(container => container.Ended is { ExitCode: 0 }) ? "Succeeded" : "Failed";
            return Initialized && Containers.Any(HasRun) ? "Running" : "Pending";
        }
    }

    /// <summary>Writes the status into the pod; transition times stay where a condition did not move.</summary>
    public void WriteTo(JsonObject pod, DateTimeOffset now)
    {
        JsonObject status = pod.Ensure("status");
        string phase = Phase;
        status["phase"] = phase;
        if (End is not null)
        {
            status["reason"] = End.Reason;
            status["message"] = End.Message;
        }
        status["hostIP"] = "127.0.0.1";
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = "127.0.0.1" });
        if (status["startTime"] is null) status["startTime"] = now.Stamp();
        if (Inits.Count > 0) status["initContainerStatuses"] = new JsonArray([.. Inits.Select(container => container.ToJson())]);
        status["containerStatuses"] = new JsonArray([.. Containers.Select(container => container.ToJson())]);

        bool over = phase is "Succeeded" or "Failed";
        string[] unready = [.. Containers.Where(container => !container.Ready).Select(container => container.Name)];
        string? reason = unready.Length == 0 ? null : phase switch { "Succeeded" => "PodCompleted", "Failed" => "PodFailed", _ => "ContainersNotReady" };
        string? message = unready.Length == 0 || over ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        // The program did not fail: the machine went from under it. A Job may have a policy that does not count this.
        if (phase == "Failed" && Containers.Any(container => container.Ended?.Reason == ContainerStatus.Lost))
            PodConditions.Set(pod, "DisruptionTarget", true, "TerminationByKubelet", "Pod was terminated in response to imminent node shutdown.", now);
        PodConditions.Set(pod, "PodScheduled", true, null, null, now);
        if (Initialized || Inits.Count == 0) PodConditions.Set(pod, "Initialized", true, phase == "Succeeded" ? "PodCompleted" : null, null, now);
        else PodConditions.Set(pod, "Initialized", false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', Incomplete)}]", now);
        PodConditions.Set(pod, "ContainersReady", unready.Length == 0, reason, message, now);
        PodConditions.Set(pod, "Ready", unready.Length == 0, reason, message, now);
    }

    private static bool HasRun(ContainerStatus container) => container.RunningSince is not null || container.Ended is not null || container.LastEnded is not null;

    private IEnumerable<string> Incomplete => Inits.Where(container => container.Ended is not { ExitCode: 0 }).Select(container => container.Name);
}
