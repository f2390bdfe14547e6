using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Serving;

/// <summary>A served model as KServe's ServingRuntime and InferenceService, of one name as Open Data Hub makes them. Pure.</summary>
public static class KServeManifests
{
    private const string DashboardLabel = "opendatahub.io/dashboard";
    private const string DisplayName = "openshift.io/display-name";

    /// <summary>The runtime, then the service.</summary>
    /// <param name="mode">Name of the mode without Knative, of <see cref="KServeMode.NameFor"/>.</param>
    public static IReadOnlyList<JsonObject> For(ServedModel model, WorkloadPlace place, string mode) =>
        [Runtime(model, place), Service(model, place, mode)];

    private static JsonObject Runtime(ServedModel model, WorkloadPlace place)
    {
        var container = ServedModelPod.Container(model);
        // KServe mounts the model itself; the project's storage is no volume of a runtime.
        container.Remove("volumeMounts");
        container.Remove("workingDir");
        container.Remove("env");
        return Manifest.Create(ServingKinds.ServingRuntime, place.Namespace, model.ObjectName, model.Owner)
            .WithLabel(DashboardLabel, "true")
            .WithAnnotation(DisplayName, model.Server.Id)
            .WithAnnotation("opendatahub.io/template-name", model.Server.Id)
            .WithAnnotation("opendatahub.io/apiProtocol", "REST")
            .With("spec", new JsonObject
            {
                ["supportedModelFormats"] = new JsonArray(new JsonObject { ["name"] = model.Server.Format, ["autoSelect"] = false }),
                ["protocolVersions"] = new JsonArray("v2"),
                ["multiModel"] = false,
                ["containers"] = new JsonArray(container),
            });
    }

    private static JsonObject Service(ServedModel model, WorkloadPlace place, string mode)
    {
        var made = Manifest.Create(ServingKinds.InferenceService, place.Namespace, model.ObjectName, model.Owner)
            .WithLabel(DashboardLabel, "true")
            .WithLabel("networking.kserve.io/visibility", model.Host.Length > 0 ? "exposed" : "cluster-local")
            .WithAnnotation(DisplayName, model.DisplayName)
            .WithAnnotation("serving.kserve.io/deploymentMode", mode)
            // For a fixed number too: "none" is refused by a KServe older than the mode's newer name.
            .WithAnnotation("serving.kserve.io/autoscalerClass", "hpa")
            .WithAnnotation("opendatahub.io/model-type", "predictive");
        if (model.ConnectionSecret.Length > 0)
            made.WithAnnotation("opendatahub.io/connections", model.ConnectionSecret);
        if (model.Stopped)
            made.WithAnnotation("serving.kserve.io/stop", "true");
        if (model.Accelerator is not null)
            made.Queued(place, PriorityClass.Production);
        return made.With("spec", new JsonObject { ["predictor"] = Predictor(model, place) });
    }

    // A predictor is a pod's spec with a model: KServe lays the runtime's container under it.
    private static JsonObject Predictor(ServedModel model, WorkloadPlace place)
    {
        var container = ServedModelPod.Container(model);
        var storage = new JsonObject();
        if (model.ConnectionSecret.Length > 0 && model.StorageUri.StartsWith("s3://", StringComparison.Ordinal))
        {
            var (bucket, path) = Bucket(model.StorageUri);
            storage["storage"] = new JsonObject
            {
                ["key"] = model.ConnectionSecret,
                ["path"] = path,
                ["parameters"] = new JsonObject { ["bucket"] = bucket },
            };
        }
        else
        {
            storage["storageUri"] = model.StorageUri;
        }
        var predictor = RestrictedPod.Spec(container, place.Claim, place.FileGroup, model.Accelerator);
        predictor.Remove("containers");
        predictor.Remove("volumes");
        predictor["minReplicas"] = model.MinReplicas;
        predictor["maxReplicas"] = model.MaxReplicas;
        if (model.MaxReplicas > model.MinReplicas)
            (predictor["scaleMetric"], predictor["scaleTarget"]) = ("cpu", model.CpuTarget);
        predictor["model"] = new JsonObject
        {
            ["modelFormat"] = new JsonObject { ["name"] = model.Server.Format },
            ["runtime"] = model.ObjectName,
            ["protocolVersion"] = "v2",
            ["resources"] = container["resources"]!.DeepClone(),
            ["securityContext"] = container["securityContext"]!.DeepClone(),
        };
        foreach (var (field, value) in storage)
            predictor["model"]![field] = value?.DeepClone();
        return predictor;
    }

    private static (string Bucket, string Path) Bucket(string uri)
    {
        var rest = uri["s3://".Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
    }
}
