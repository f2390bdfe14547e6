using System.Text.Json.Nodes;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Training;

public class TrainingEndTests
{
    [Theory]
    [InlineData("""{"kind":"Job","status":{"conditions":[{"type":"SuccessCriteriaMet","status":"True"}]}}""", null)]
    [InlineData("""{"kind":"Job","status":{"conditions":[{"type":"Complete","status":"True"}]}}""", true)]
    [InlineData("""{"kind":"Job","status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded"}]}}""", false)]
    [InlineData("""{"kind":"JobSet","status":{"conditions":[{"type":"Completed","status":"True"}]}}""", true)]
    [InlineData("""{"kind":"JobSet","status":{"conditions":[{"type":"Failed","status":"True","reason":"FailedJobs"}]}}""", false)]
    [InlineData("""{"kind":"JobSet","status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", null)]
    [InlineData("""{"kind":"TrainJob","status":{"conditions":[{"type":"Complete","status":"True"}]}}""", true)]
    [InlineData("""{"kind":"TrainJob","status":{"conditions":[{"type":"Failed","status":"True","reason":"TrainingRuntimeNotSupported"}]}}""", false)]
    [InlineData("""{"kind":"TrainJob","status":{"jobsStatus":[{"name":"node","active":2}]}}""", null)]
    [InlineData("""{"kind":"PyTorchJob","status":{"conditions":[{"type":"Running","status":"False"},{"type":"Succeeded","status":"True"}]}}""", true)]
    [InlineData("""{"kind":"PyTorchJob","status":{"conditions":[{"type":"Failed","status":"True","reason":"PyTorchJobFailed"}]}}""", false)]
    [InlineData("""{"kind":"PyTorchJob","status":{"conditions":[{"type":"Restarting","status":"True"}]}}""", null)]
    [InlineData("""{"kind":"RayJob","status":{"jobStatus":"SUCCEEDED","jobDeploymentStatus":"Complete"}}""", true)]
    [InlineData("""{"kind":"RayJob","status":{"jobStatus":"FAILED","jobDeploymentStatus":"Failed","message":"exit 1"}}""", false)]
    [InlineData("""{"kind":"RayJob","status":{"jobStatus":"STOPPED"}}""", false)]
    [InlineData("""{"kind":"RayJob","status":{"jobDeploymentStatus":"Failed","reason":"DeadlineExceeded"}}""", false)]
    [InlineData("""{"kind":"RayJob","status":{"jobStatus":"RUNNING","jobDeploymentStatus":"Running"}}""", null)]
    public void Verdict_OfEachKind_FollowsItsOwnWords(string controller, bool? succeeded)
    {
        var run = new TrainingRun { ObservedGeneration = 1, IntentChangedAt = DateTimeOffset.UnixEpoch };
        var facts = new TrainingFacts(JsonNode.Parse(controller)!.AsObject(), null, null, [], 0);

        var state = TrainingHealth.From(run, facts, DateTimeOffset.UnixEpoch).State;

        Assert.Equal(succeeded, state switch { WorkloadState.Succeeded => true, WorkloadState.Failed => false, _ => null });
    }

    [Fact]
    public void Verdict_RayJobPastItsTime_SaysItsLimit()
    {
        var run = new TrainingRun { ObservedGeneration = 1, TimeLimitMinutes = 5 };
        var job = JsonNode.Parse("""{"kind":"RayJob","status":{"jobDeploymentStatus":"Failed","reason":"DeadlineExceeded"}}""")!.AsObject();

        Assert.Equal("training.time_limit", TrainingHealth.From(run, new TrainingFacts(job, null, null, [], 0), DateTimeOffset.UnixEpoch).Reason);
    }

    [Theory]
    [InlineData("JobSet", "FailedJobs", "DeadlineExceeded", "training.time_limit")]
    [InlineData("TrainJob", "FailedJobs", "DeadlineExceeded", "training.time_limit")]
    [InlineData("TrainJob", "DeadlineExceeded", null, "training.time_limit")]
    [InlineData("TrainJob", "FailedJobs", "BackoffLimitExceeded", "training.failed")]
    [InlineData("TrainJob", "FailedJobs", null, "training.failed")]
    public void Verdict_PastItsTime_IsSaidByTheKindOrByItsJobs(string kind, string reason, string? jobsReason, string expected)
    {
        var run = new TrainingRun { ObservedGeneration = 1, TimeLimitMinutes = 5 };
        var controller = Failed(kind, reason);
        var facts = new TrainingFacts(controller, null, null, [], 0) { Jobs = jobsReason is null ? [] : [Failed("Job", jobsReason)] };

        Assert.True(TrainingEnd.IsToldByItsJobs(controller));
        Assert.Equal(expected, TrainingHealth.From(run, facts, DateTimeOffset.UnixEpoch).Reason);
    }

    [Theory]
    [InlineData("""{"kind":"PyTorchJob","spec":{"runPolicy":{"suspend":true}}}""", true)]
    [InlineData("""{"kind":"TrainJob","spec":{"suspend":true}}""", true)]
    [InlineData("""{"kind":"TrainJob","spec":{"suspend":false}}""", false)]
    [InlineData("""{"kind":"PyTorchJob","spec":{}}""", false)]
    public void IsSuspended_OfEachKind_IsFoundWhereTheKindKeepsIt(string controller, bool expected) =>
        Assert.Equal(expected, TrainingEnd.IsSuspended(JsonNode.Parse(controller)!.AsObject()));

    private static JsonObject Failed(string kind, string reason) => new()
    {
        ["kind"] = kind,
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True", ["reason"] = reason }),
        },
    };
}
