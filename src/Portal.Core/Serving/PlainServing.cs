using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Serving;

/// <summary>A served model without KServe: a Deployment on the project's storage, a Service, and an autoscaler where it may grow. Pure.</summary>
public static class PlainServing
{
    private const string Scheme = "pvc://";

    /// <summary>The objects in order; what leads to it from outside comes from <see cref="Publishing.PublishedService"/>.</summary>
    public static IReadOnlyList<JsonObject> For(ServedModel model, WorkloadPlace place)
    {
        var objects = new List<JsonObject> { Deployment(model, place), Service(model, place) };
        if (model.MaxReplicas > model.MinReplicas && !model.Stopped)
            objects.Add(Autoscaler(model, place));
        return objects;
    }

    /// <summary>The folder of a model within the project's storage, or null when it lies elsewhere.</summary>
    public static string? PathInStorage(string uri, string claim)
    {
        var prefix = $"{Scheme}{claim}/";
        return uri.StartsWith(prefix, StringComparison.Ordinal) && Training.TrainingRules.IsInside(uri[prefix.Length..]) ? uri[prefix.Length..] : null;
    }

    private static JsonObject Deployment(ServedModel model, WorkloadPlace place)
    {
        var container = ServedModelPod.Container(model);
        var mount = RestrictedPod.Mount(RestrictedPod.StorageVolume, ModelServer.ModelPath, readOnly: true);
        mount["subPath"] = PathInStorage(model.StorageUri, place.Claim)
            ?? throw new ArgumentException($"'{model.StorageUri}' is not in the project's storage.", nameof(model));
        container["volumeMounts"]!.AsArray().Add(mount);
        var spec = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = Selector(model) },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels(model, place) },
                ["spec"] = RestrictedPod.Spec(container, place.Claim, place.FileGroup, model.Accelerator),
            },
        };
        // Where an autoscaler decides, another number from here would undo its decision at every apply.
        if (model.Stopped || model.MaxReplicas <= model.MinReplicas)
            spec["replicas"] = model.Stopped ? 0 : model.MinReplicas;
        return Create(Kinds.Deployment, model, place).WithAnnotation("openshift.io/display-name", model.DisplayName).With("spec", spec);
    }

    private static JsonObject Service(ServedModel model, WorkloadPlace place) => Create(Kinds.Service, model, place)
        .WithLabel("app", model.ObjectName)
        .With("spec", new JsonObject
        {
            ["selector"] = Selector(model),
            ["ports"] = new JsonArray(new JsonObject
            {
                ["name"] = "http",
                ["port"] = 80,
                ["targetPort"] = model.Server.Port,
                ["protocol"] = "TCP",
            }),
        });

    private static JsonObject Autoscaler(ServedModel model, WorkloadPlace place) => Create(ServingKinds.Autoscaler, model, place)
        .With("spec", new JsonObject
        {
            ["scaleTargetRef"] = new JsonObject
            {
                ["apiVersion"] = Kinds.Deployment.ApiVersion,
                ["kind"] = Kinds.Deployment.Kind,
                ["name"] = model.ObjectName,
            },
            ["minReplicas"] = model.MinReplicas,
            ["maxReplicas"] = model.MaxReplicas,
            ["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = model.CpuTarget },
                },
            }),
        });

    private static JsonObject Selector(ServedModel model) => new() { ["app"] = model.ObjectName };

    // Kueue takes pods of a Deployment one by one, by the label on the pod.
    private static JsonObject Labels(ServedModel model, WorkloadPlace place)
    {
        var labels = Selector(model);
        labels[Manifest.KindLabel] = model.Owner.Kind;
        labels[Manifest.IdLabel] = model.Owner.Id.ToString("D");
        if (place.Queue.Length > 0 && model.Accelerator is not null)
            labels[WorkloadQueue.Label] = place.Queue;
        if (labels.ContainsKey(WorkloadQueue.Label) && place.HasPriorities)
            labels[PriorityClass.Label] = PriorityClass.Production.Name;
        return labels;
    }

    private static JsonObject Create(ResourceType type, ServedModel model, WorkloadPlace place) =>
        Manifest.Create(type, place.Namespace, model.ObjectName, model.Owner);
}
