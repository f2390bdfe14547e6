using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>JobSets: Jobs that start and wait together, and a Service that gives their pods names.</summary>
public sealed class JobSetController(IObjects objects, TimeProvider time, ILogger<JobSetController> log) : ControlLoop(objects, time, log)
{
    private static readonly string[] Placing = ["nodeSelector", "tolerations"];

    public override string Name => "jobset-controller";

    protected override IEnumerable<Source> Sources =>
    [
        new(JobSetNames.JobSets, set => [set.Key()]),
        new(JobSetNames.Jobs, job => Owners.KeyOf(job, "JobSet") is { } key ? [key] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find(JobSetNames.JobSets, path[0], path[1]) is not { } set || set.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        string attempt = (set.Whole("status", "restarts") ?? 0).ToString(CultureInfo.InvariantCulture);
        ILookup<bool, JsonObject> jobs = Objects.List(JobSetNames.Jobs, set.Namespace(), $"{JobSetNames.NameLabel}={set.Name()}")
            .Where(job => Owners.Owns(set, job)).ToLookup(job => job.Label(JobSetNames.AttemptLabel) == attempt && !job.IsDeleting());
        if (JobSetStatus.IsFinished(set)) Remove(jobs[true].Where(job => !JobVerdict.IsFinished(job)));
        else Advance(set, jobs);
        return Task.FromResult<TimeSpan?>(null);
    }

    private void Advance(JsonObject set, ILookup<bool, JsonObject> jobs)
    {
        Remove(jobs[false].Where(job => !job.IsDeleting()));
        if (JobSetPlan.Service(set) is { } service && Objects.Find("services", set.Namespace(), service.Name()) is null) Objects.Create(service);
        Dictionary<string, JsonObject> present = jobs[true].ToDictionary(job => job.Name(), StringComparer.Ordinal);
        HashSet<string> leaving = [.. jobs[false].Select(job => job.Name())];
        foreach (JsonObject wanted in JobSetPlan.Jobs(set).Where(wanted => !leaving.Contains(wanted.Name())))
            present[wanted.Name()] = present.TryGetValue(wanted.Name(), out JsonObject? job) ? Hold(set, job, wanted) : Objects.Create(wanted);
        JsonObject next = set.Copy();
        JobSetStatus.Write(next, present.Values, Time.GetUtcNow());
        if (!JsonNode.DeepEquals(next["status"], set["status"])) TryWrite(() => Objects.UpdateStatus(next));
    }

    /// <summary>Brings a Job to the set's own state; one that is let go gets the nodes which the set was given meanwhile.</summary>
    private JsonObject Hold(JsonObject set, JsonObject job, JsonObject wanted)
    {
        bool suspend = set.Is("spec", "suspend");
        if (JobVerdict.IsFinished(job) || job.Is("spec", "suspend") == suspend) return job;
        if (!suspend)
        {
            // A Job that was stopped may be moved only once it has been seen as never started.
            if (job.At("status", "startTime") is not null) return job;
            JsonObject pod = job.Ensure("spec", "template", "spec");
            foreach (string field in Placing)
            {
                if (wanted.At("spec", "template", "spec", field) is { } value) pod[field] = value.DeepClone();
                else pod.Remove(field);
            }
        }
        job.Ensure("spec")["suspend"] = suspend;
        return Objects.Update(job);
    }

    private void Remove(IEnumerable<JsonObject> jobs)
    {
        foreach (JsonObject job in jobs) Objects.Delete(JobSetNames.Jobs, job.Namespace(), job.Name());
    }
}
