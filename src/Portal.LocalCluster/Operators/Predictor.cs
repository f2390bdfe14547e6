using System.Text.Json.Nodes;
using Portal.LocalCluster.Api.Patches;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Operators;

/// <summary>
/// What an InferenceService's predictor is made of in the mode without Knative: a Deployment of the runtime's container with
/// the predictor's own fields laid over it and the model mounted, and the Service before it. Pure.
/// </summary>
internal static class Predictor
{
    public const string StopAnnotation = "serving.kserve.io/stop";
    public const string NameLabel = "serving.kserve.io/inferenceservice";

    private const string ContainerName = "kserve-container";
    private const string ModelPath = "/mnt/models";
    private const string Volume = "kserve-pvc-source";
    private const string ClaimScheme = "pvc://";
    private const int UsualPort = 8080;

    /// <summary>Fields of a predictor, and of its model, that are KServe's own: all others are a pod's, and a container's.</summary>
    private static readonly string[] OfPredictor =
        ["model", "minReplicas", "maxReplicas", "scaleMetric", "scaleMetricType", "scaleTarget", "autoScaling", "canaryTrafficPercent", "containerConcurrency", "timeout", "logger", "batcher", "labels", "annotations", "deploymentStrategy", "name", "workerSpec"];

    private static readonly string[] OfModel = ["modelFormat", "runtime", "runtimeVersion", "protocolVersion", "storageUri", "storage", "name"];

    /// <summary>A model's own fields are laid over those of the runtime's container as a strategic merge patch is.</summary>
    private static readonly FieldSchema ContainerSchema =
        BuiltinResources.List.First(type => type is { Group: "", Kind: "Pod" }).Schema.Fields["spec"].Fields["containers"].Items!;

    public static string NameOf(JsonObject service) => service.Name() + "-predictor";

    public static bool IsStopped(JsonObject service) => service.Annotation(StopAnnotation) == "true";

    /// <summary>The folder of a claim where the model lies; null where this cluster cannot fetch it.</summary>
    public static (string Claim, string Path)? ModelPlace(JsonObject service)
    {
        string uri = service.Text("spec", "predictor", "model", "storageUri") ?? "";
        if (!uri.StartsWith(ClaimScheme, StringComparison.Ordinal)) return null;
        string[] parts = uri[ClaimScheme.Length..].Split('/', 2);
        return parts[0].Length == 0 ? null : (parts[0], parts.Length > 1 ? parts[1].Trim('/') : "");
    }

    public static JsonObject Deployment(JsonObject service, JsonObject runtime, (string Claim, string Path) model)
    {
        JsonObject predictor = service.Part("spec", "predictor");
        JsonObject pod = Without(predictor, OfPredictor);
        foreach (string field in (ReadOnlySpan<string>)["nodeSelector", "tolerations", "affinity", "imagePullSecrets"])
        {
            if (pod[field] is null && runtime.At("spec", field) is { } value) pod[field] = value.DeepClone();
        }
        pod["containers"] = new JsonArray([.. runtime.Each("spec", "containers").Select(container => Container(service, container))]);
        JsonArray volumes = [.. runtime.Each("spec", "volumes").Select(volume => volume.Copy())];
        volumes.Add(new JsonObject { ["name"] = Volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = model.Claim } });
        pod["volumes"] = volumes;
        JsonObject mount = new() { ["name"] = Volume, ["mountPath"] = ModelPath, ["readOnly"] = true };
        if (model.Path.Length > 0) mount["subPath"] = model.Path;
        JsonObject serving = Serving(pod);
        if (serving["volumeMounts"] is not JsonArray mounts) serving["volumeMounts"] = mounts = [];
        mounts.Add(mount);

        JsonObject labels = service.Part("metadata", "labels").Copy();
        foreach ((string key, string value) in runtime.Pairs("spec", "labels").Concat(predictor.Pairs("labels")).Concat(Selector(service))) labels[key] = value;
        return Object(service, "apps/v1", "Deployment", new JsonObject
        {
            ["replicas"] = IsStopped(service) ? 0 : predictor.Whole("minReplicas") ?? 1,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "isvc." + NameOf(service) } },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels }, ["spec"] = pod },
        });
    }

    public static JsonObject Service(JsonObject service, JsonObject deployment)
    {
        JsonObject? port = Serving(deployment.Part("spec", "template", "spec")).Each("ports").FirstOrDefault();
        return Object(service, "v1", "Service", new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app"] = "isvc." + NameOf(service) },
            ["ports"] = new JsonArray(new JsonObject
            {
                ["name"] = NameOf(service),
                ["port"] = 80,
                ["targetPort"] = port?.Whole("containerPort") ?? UsualPort,
                ["protocol"] = "TCP",
            }),
        });
    }

    /// <summary>The address inside of the cluster.</summary>
    public static string Address(JsonObject service) => $"http://{NameOf(service)}.{service.Namespace()}.svc.cluster.local";

    private static JsonObject Serving(JsonObject pod) =>
        pod.Each("containers").FirstOrDefault(container => container.Text("name") == ContainerName) ?? pod.Each("containers").First();

    private static JsonObject Container(JsonObject service, JsonObject container)
    {
        JsonObject made = container.Copy();
        if (container.Text("name") == ContainerName)
        {
            JsonObject own = Without(service.Part("spec", "predictor", "model"), OfModel);
            // Arguments of both are given to the program, the runtime's first.
            JsonArray arguments = [.. container.Texts("args").Concat(own.Texts("args")).Select(word => (JsonNode)Named(service, word))];
            made = StrategicPatch.Apply(ContainerSchema, made, own);
            if (arguments.Count > 0) made["args"] = arguments;
        }
        return made;
    }

    /// <summary>A runtime serves many services; where it writes {{.Name}} it means the one it serves.</summary>
    private static string Named(JsonObject service, string word) => word.Replace("{{.Name}}", service.Name(), StringComparison.Ordinal);

    private static JsonObject Without(JsonObject tree, string[] fields)
    {
        JsonObject rest = tree.Copy();
        foreach (string field in fields) rest.Remove(field);
        return rest;
    }

    private static IEnumerable<KeyValuePair<string, string>> Selector(JsonObject service) =>
    [
        KeyValuePair.Create("app", "isvc." + NameOf(service)), KeyValuePair.Create("component", "predictor"), KeyValuePair.Create(NameLabel, service.Name()),
    ];

    private static JsonObject Object(JsonObject service, string version, string kind, JsonObject spec) => new()
    {
        ["apiVersion"] = version,
        ["kind"] = kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = NameOf(service),
            ["namespace"] = service.Namespace(),
            ["labels"] = new JsonObject(Selector(service).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["ownerReferences"] = new JsonArray(Owners.Reference(service)),
        },
        ["spec"] = spec,
    };
}
