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
        if (body.Label(KueueNames.QueueLabel) is not { } queue) return;
        switch (request.Type.GroupResource)
        {
            case "jobs.batch" when request.Old is null:
                body.Ensure("spec")["suspend"] = true;
                break;
            case "pods" when request.Old is null && body.ControllerOwner()?.Text("kind") != "Job":
                Hold(body);
                break;
            case "statefulsets.apps" or "deployments.apps":
                body.Ensure("spec", "template", "metadata", "labels")[KueueNames.QueueLabel] = queue;
                break;
        }
    }

    private static void Hold(JsonObject pod)
    {
        pod.Ensure("metadata", "labels")[KueueNames.ManagedLabel] = "true";
        JsonObject spec = pod.Ensure("spec");
        if (spec["schedulingGates"] is not JsonArray gates) spec["schedulingGates"] = gates = [];
        if (!gates.OfType<JsonObject>().Any(gate => gate.Text("name") == KueueNames.Gate)) gates.Add(new JsonObject { ["name"] = KueueNames.Gate });
    }
}
