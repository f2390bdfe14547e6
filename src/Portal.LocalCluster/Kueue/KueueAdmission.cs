using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Kueue's webhooks: what names a queue is held before anything can run of it.</summary>
internal sealed class KueueAdmission : IAdmission
{
    public void Fill(AdmissionRequest request)
    {
        JsonObject body = request.Object;
        string? queue = body.Label(KueueNames.QueueLabel);
        switch (request.Type.GroupResource)
        {
            case "statefulsets.apps" or "deployments.apps":
                Pass(body, queue, request.Old?.Label(KueueNames.QueueLabel));
                break;
            case "jobs.batch" or "jobsets.jobset.x-k8s.io" or "trainjobs.trainer.kubeflow.org" when queue is not null && request.Old is null:
                body.Ensure("spec")["suspend"] = true;
                break;
            case "pods" when queue is not null && request.Old is null && body.ControllerOwner()?.Text("kind") != "Job":
                Hold(body);
                break;
        }
    }

    /// <summary>The queue of a set is that of its pods; when the set leaves its queue, so do they.</summary>
    private static void Pass(JsonObject set, string? queue, string? before)
    {
        if (queue is not null) set.Ensure("spec", "template", "metadata", "labels")[KueueNames.QueueLabel] = queue;
        else if (before is not null) set.Map("spec", "template", "metadata", "labels")?.Remove(KueueNames.QueueLabel);
    }

    private static void Hold(JsonObject pod)
    {
        pod.Ensure("metadata", "labels")[KueueNames.ManagedLabel] = "true";
        JsonObject spec = pod.Ensure("spec");
        if (spec["schedulingGates"] is not JsonArray gates) spec["schedulingGates"] = gates = [];
        if (!gates.OfType<JsonObject>().Any(gate => gate.Text("name") == KueueNames.Gate)) gates.Add(new JsonObject { ["name"] = KueueNames.Gate });
    }
}
