using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Kueue;

/// <summary>Kueue's webhooks: what names a queue is held before anything can run of it.</summary>
internal sealed class KueueAdmission(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    public void Fill(AdmissionRequest request)
    {
        JsonObject body = request.Object;
        string? queue = body.Label(KueueNames.QueueLabel);
        switch (request.Type.GroupResource)
        {
            case "statefulsets.apps" or "deployments.apps":
                Pass(body, KueueNames.QueueLabel, request.Old);
                Pass(body, KueueNames.PriorityLabel, request.Old);
                break;
            case KueueNames.ClusterQueues or KueueNames.Flavors when request.Old?.IsDeleting() != true:
                Keep(body);
                break;
            case "jobs.batch" or "jobsets.jobset.x-k8s.io" or "trainjobs.trainer.kubeflow.org" when request.Old is null:
                if (queue is null && IsTaken(request)) body.Ensure("metadata", "labels")[KueueNames.QueueLabel] = KueueNames.DefaultQueue;
                if (body.Label(KueueNames.QueueLabel) is not null) body.Ensure("spec")["suspend"] = true;
                break;
            case "pods" when queue is not null && request.Old is null && body.ControllerOwner()?.Text("kind") != "Job":
                Hold(body);
                break;
        }
    }

    /// <summary>
    /// What names no queue goes into its namespace's default one, but for the parts of what is queued as a whole. Kueue takes
    /// Deployments, StatefulSets and bare pods too; here they run beside the queue.
    /// </summary>
    private bool IsTaken(AdmissionRequest request) =>
        request.Object.ControllerOwner()?.Text("kind") is not ("JobSet" or "TrainJob")
        && catalog.Stored(KueueNames.LocalQueues) is { } queues && store.Find(queues, request.Namespace, KueueNames.DefaultQueue) is not null;

    /// <summary>A queue that somebody reserves in, and a flavor that a queue names, outlive their deletion.</summary>
    private static void Keep(JsonObject body)
    {
        JsonObject metadata = body.Ensure("metadata");
        if (metadata["finalizers"] is not JsonArray finalizers) metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(item => item.AsText() == KueueNames.InUse)) finalizers.Add(KueueNames.InUse);
    }

    /// <summary>Queue and priority of a set are those of its pods; when the set leaves its queue, so do they.</summary>
    private static void Pass(JsonObject set, string label, JsonObject? before)
    {
        if (set.Label(label) is { } value) set.Ensure("spec", "template", "metadata", "labels")[label] = value;
        else if (before?.Label(label) is not null) set.Map("spec", "template", "metadata", "labels")?.Remove(label);
    }

    private static void Hold(JsonObject pod)
    {
        pod.Ensure("metadata", "labels")[KueueNames.ManagedLabel] = "true";
        JsonObject spec = pod.Ensure("spec");
        if (spec["schedulingGates"] is not JsonArray gates) spec["schedulingGates"] = gates = [];
        if (!gates.OfType<JsonObject>().Any(gate => gate.Text("name") == KueueNames.Gate)) gates.Add(new JsonObject { ["name"] = KueueNames.Gate });
    }
}
