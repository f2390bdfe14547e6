using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>The end of one run of a container.</summary>
public sealed record Termination(int ExitCode, string Reason, string? Message, DateTimeOffset Started, DateTimeOffset Finished, string ContainerId)
{
    public JsonObject ToJson()
    {
        JsonObject end = new() { ["exitCode"] = ExitCode, ["reason"] = Reason };
        if (Message is not null) end["message"] = Message;
        end["startedAt"] = Started.Stamp();
        end["finishedAt"] = Finished.Stamp();
        end["containerID"] = ContainerId;
        return end;
    }

    public static Termination? From(JsonObject? end) => end is null ? null : new Termination(
        (int)(end.Whole("exitCode") ?? 0),
        end.Text("reason") ?? "",
        end.Text("message"),
        end.Time("startedAt") ?? default,
        end.Time("finishedAt") ?? default,
        end.Text("containerID") ?? "");
}

/// <summary>What is known of a container: waiting, running or terminated, and how its last run ended. An entry of containerStatuses.</summary>
public sealed record ContainerStatus(string Name, string Image)
{
    /// <summary>The reason of a run whose end nobody saw, as kubelets say it.</summary>
    public const string Lost = "Unknown";

    public (string Reason, string? Message)? Waiting { get; init; } = ("ContainerCreating", null);

    public DateTimeOffset? RunningSince { get; init; }

    public Termination? Ended { get; init; }

    public Termination? LastEnded { get; init; }

    public long Restarts { get; init; }

    public bool Ready { get; init; }

    public bool Started { get; init; }

    public string ContainerId { get; init; } = "";

    public ContainerStatus Wait(string reason, string? message) =>
        this with { Waiting = (reason, message), RunningSince = null, LastEnded = Ended ?? LastEnded, Ended = null, Ready = false, Started = false };

    public ContainerStatus Run(DateTimeOffset now, string id) =>
        this with { Waiting = null, RunningSince = now, LastEnded = Ended ?? LastEnded, Ended = null, ContainerId = id };

    public ContainerStatus End(Termination end) =>
        this with { Waiting = null, RunningSince = null, Ended = end, Ready = false, Started = false };

    public JsonObject ToJson()
    {
        JsonObject state = [];
        if (Waiting is { } waiting)
        {
            state["waiting"] = new JsonObject { ["reason"] = waiting.Reason };
            if (waiting.Message is not null) state["waiting"]!["message"] = waiting.Message;
        }
        if (RunningSince is { } since) state["running"] = new JsonObject { ["startedAt"] = since.Stamp() };
        if (Ended is not null) state["terminated"] = Ended.ToJson();
        JsonObject status = new()
        {
            ["name"] = Name,
            ["state"] = state,
            ["lastState"] = LastEnded is null ? [] : new JsonObject { ["terminated"] = LastEnded.ToJson() },
            ["ready"] = Ready,
            ["restartCount"] = Restarts,
            ["image"] = Image,
            ["imageID"] = ContainerId.Length > 0 ? $"local-process://{Image}" : "",
            ["started"] = Started,
        };
        if (ContainerId.Length > 0) status["containerID"] = ContainerId;
        return status;
    }

    /// <summary>
    /// What an earlier run of the cluster left. A container it left running has ended with the cluster, as on a machine that
    /// was switched off.
    /// </summary>
    public static ContainerStatus Resume(JsonObject container, JsonObject? stored, DateTimeOffset now)
    {
        ContainerStatus fresh = new(container.Text("name") ?? "", container.Text("image") ?? "");
        if (stored is null) return fresh;
        string id = stored.Text("containerID") ?? "";
        Termination? ended = Termination.From(stored.Map("state", "terminated"));
        if (stored.Time("state", "running", "startedAt") is { } since)
            ended = new Termination(255, Lost, "The cluster was stopped while the container ran.", since, now, id);
        return fresh with
        {
            Waiting = ended is null ? fresh.Waiting : null,
            Ended = ended,
            LastEnded = Termination.From(stored.Map("lastState", "terminated")),
            Restarts = stored.Whole("restartCount") ?? 0,
            ContainerId = id,
        };
    }
}
