using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>An InferenceService's status out of its predictor, in upstream's words. Pure.</summary>
internal static class InferenceStatus
{
    private const string Domain = "example.com";

    /// <summary>The predictor stands; how ready it is, its Deployment and pods say.</summary>
    public static void Write(JsonObject service, string runtime, JsonObject deployment, IReadOnlyCollection<JsonObject> pods, DateTimeOffset now)
    {
        JsonObject status = Frame(service);
        status["servingRuntimeName"] = runtime;
        bool stopped = Predictor.IsStopped(service);
        JsonObject? available = Conditions.Find(deployment, "Available");
        bool ready = !stopped && available?.Text("status") == "True" && deployment.Whole("status", "observedGeneration") == deployment.Whole("metadata", "generation");
        Model(status, ready, stopped, pods);
        Conditions.Set(service, "Stopped", stopped, stopped ? "Stopped" : "", "", now);
        if (ready) Conditions.Set(service, "PredictorReady", true, "", "", now);
        else Conditions.Set(service, "PredictorReady", false, stopped ? "Stopped" : available?.Text("reason") ?? "PredictorNotReady", stopped ? "" : available?.Text("message") ?? "", now);
        Conditions.Set(service, "IngressReady", ready, ready ? "" : "Predictor ingress not created", "", now);
        Ready(service, status, ready, now);
    }

    /// <summary>There can be no predictor, and why.</summary>
    public static void Refuse(JsonObject service, string reason, string message, DateTimeOffset now)
    {
        JsonObject status = Frame(service);
        status["modelStatus"] = new JsonObject
        {
            ["transitionStatus"] = "InvalidSpec",
            ["states"] = new JsonObject { ["activeModelState"] = "", ["targetModelState"] = "FailedToLoad" },
            ["lastFailureInfo"] = new JsonObject { ["reason"] = reason, ["message"] = message },
        };
        Conditions.Set(service, "PredictorReady", false, reason, message, now);
        Ready(service, status, ready: false, now);
    }

    private static JsonObject Frame(JsonObject service)
    {
        JsonObject status = service.Ensure("status");
        status["deploymentMode"] ??= "Standard";
        status["observedGeneration"] = service.Whole("metadata", "generation") ?? 1;
        return status;
    }

    private static void Ready(JsonObject service, JsonObject status, bool ready, DateTimeOffset now)
    {
        JsonObject? why = Conditions.Find(service, "PredictorReady");
        Conditions.Set(service, "Ready", ready, ready ? "" : why?.Text("reason") ?? "", ready ? "" : why?.Text("message") ?? "", now);
        if (!ready)
        {
            foreach (string field in (ReadOnlySpan<string>)["url", "address", "components"]) status.Remove(field);
            return;
        }
        string inside = Predictor.Address(service);
        bool local = service.Label("networking.kserve.io/visibility") == "cluster-local";
        status["url"] = local ? inside : $"http://{service.Name()}-{service.Namespace()}.{Domain}";
        status["address"] = new JsonObject { ["url"] = inside };
        status["components"] = new JsonObject { ["predictor"] = new JsonObject { ["url"] = local ? inside : $"http://{Predictor.NameOf(service)}-{service.Namespace()}.{Domain}" } };
    }

    private static void Model(JsonObject status, bool ready, bool stopped, IReadOnlyCollection<JsonObject> pods)
    {
        List<JsonObject> broken = [.. pods.SelectMany(pod => pod.Each("status", "containerStatuses"))
            .Select(container => container.Map("state", "terminated") ?? container.Map("lastState", "terminated")).OfType<JsonObject>().Where(end => end.Whole("exitCode") != 0)];
        bool failed = !ready && !stopped && broken.Count > 0;
        JsonObject model = new()
        {
            ["transitionStatus"] = ready || stopped ? "UpToDate" : failed ? "BlockedByFailedLoad" : "InProgress",
            ["states"] = new JsonObject { ["activeModelState"] = ready ? "Loaded" : "", ["targetModelState"] = ready ? "Loaded" : stopped ? "" : failed ? "FailedToLoad" : "Loading" },
            ["copies"] = new JsonObject { ["failedCopies"] = failed ? broken.Count : 0, ["totalCopies"] = pods.Count },
        };
        if (failed)
        {
            model["lastFailureInfo"] = new JsonObject
            {
                ["reason"] = "ModelLoadFailed",
                ["exitCode"] = broken[0].Whole("exitCode"),
                ["message"] = broken[0].Text("message") ?? broken[0].Text("reason") ?? "",
            };
        }
        status["modelStatus"] = model;
    }
}
