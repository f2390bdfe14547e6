using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Training;

/// <summary>How each kind that carries runs out says that one has ended. Pure.</summary>
public static class TrainingEnd
{
    /// <summary>The condition that ended it well, or null.</summary>
    public static Condition? Success(JsonObject controller) => controller.Text("kind") switch
    {
        "JobSet" => True(controller, "Completed"),
        "PyTorchJob" => True(controller, "Succeeded"),
        "RayJob" => Ray(controller, "SUCCEEDED"),
        _ => True(controller, "Complete"),
    };

    /// <summary>The condition that ended it badly, or null.</summary>
    public static Condition? Failure(JsonObject controller) => controller.Text("kind") == "RayJob"
        ? Ray(controller, "FAILED") ?? Ray(controller, "STOPPED") ?? Deployment(controller) : True(controller, "Failed");

    /// <summary>True for one that has failed and tells only that Jobs of it did: what became of them says why.</summary>
    public static bool IsToldByItsJobs(JsonObject controller) => controller.Text("kind") is "JobSet" or "TrainJob" && Failure(controller) is not null;

    /// <summary>True while its queue holds it back.</summary>
    public static bool IsSuspended(JsonObject controller) =>
        (controller.Text("spec", "suspend") ?? controller.Text("spec", "runPolicy", "suspend")) == "true";

    private static Condition? True(JsonObject controller, string type) => Condition.Find(controller, type) is { IsTrue: true } found ? found : null;

    // A RayJob has two words instead of conditions: what the program did, and what became of its cluster.
    private static Condition? Ray(JsonObject job, string status) => job.Text("status", "jobStatus") == status
        ? new Condition(status, "True", job.Text("status", "reason") ?? "", job.Text("status", "message") ?? "") : null;

    private static Condition? Deployment(JsonObject job) => job.Text("status", "jobDeploymentStatus") is "Failed" or "ValidationFailed"
        ? new Condition("Failed", "True", job.Text("status", "reason") ?? "", job.Text("status", "message") ?? "") : null;
}
