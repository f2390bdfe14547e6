using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>
/// KServe's controller in the mode without Knative, for models in a claim of the namespace: a Deployment and a Service for
/// each InferenceService, and their state in its conditions.
/// </summary>
public sealed class InferenceServiceController(IObjects objects, TimeProvider time, ILogger<InferenceServiceController> log) : ControlLoop(objects, time, log)
{
    public const string Services = "inferenceservices.serving.kserve.io";
    public const string Runtimes = "servingruntimes.serving.kserve.io";

    /// <summary>What was last asked for, so that defaults which the server adds are no difference.</summary>
    private const string HashAnnotation = "serving.kserve.io/spec-hash";

    public override string Name => "inferenceservice-controller";

    protected override IEnumerable<Source> Sources =>
    [
        new(Services, service => [service.Key()]),
        new(Runtimes, runtime => Objects.List(Services, runtime.Namespace()).Select(service => service.Key())),
        new("deployments.apps", deployment => Owners.KeyOf(deployment, "InferenceService") is { } key ? [key] : []),
        new("pods", pod => pod.Label(Predictor.NameLabel) is { } name ? [$"{pod.Namespace()}/{name}"] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find(Services, path[0], path[1]) is not { } service || service.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        JsonObject next = service.Copy();
        Advance(service, next);
        if (!JsonNode.DeepEquals(next["status"], service["status"])) TryWrite(() => Objects.UpdateStatus(next));
        return Task.FromResult<TimeSpan?>(null);
    }

    private void Advance(JsonObject service, JsonObject next)
    {
        DateTimeOffset now = Time.GetUtcNow();
        if (Predictor.ModelPlace(service) is not { } model)
        {
            InferenceStatus.Refuse(next, "InvalidPredictorSpec", "This cluster serves models out of a claim: storageUri has to begin with pvc://", now);
        }
        else if (RuntimeOf(service) is not { } runtime)
        {
            string? named = service.Text("spec", "predictor", "model", "runtime");
            InferenceStatus.Refuse(next, named is null ? "NoSupportingRuntime" : "RuntimeNotRecognized",
                named is null ? "No runtime found to support specified predictor with model type " + Format(service) : "Waiting for runtime to become available: " + named, now);
        }
        else
        {
            JsonObject wanted = Predictor.Deployment(service, runtime, model);
            JsonObject deployment = Ensure(service, "deployments.apps", wanted, "replicas", "template");
            Ensure(service, "services", Predictor.Service(service, wanted), "ports");
            InferenceStatus.Write(next, runtime.Name(), deployment, [.. Objects.List("pods", service.Namespace(), $"{Predictor.NameLabel}={service.Name()}").Where(pod => !pod.IsDeleting())], now);
        }
    }

    /// <summary>The runtime that is named, else the first that offers itself for the model's format.</summary>
    private JsonObject? RuntimeOf(JsonObject service)
    {
        if (service.Text("spec", "predictor", "model", "runtime") is { } named) return Objects.Find(Runtimes, service.Namespace(), named);
        return Objects.List(Runtimes, service.Namespace()).FirstOrDefault(runtime => !runtime.Is("spec", "disabled")
            && runtime.Each("spec", "supportedModelFormats").Any(format => format.Text("name") == Format(service) && format.Is("autoSelect")));
    }

    private static string? Format(JsonObject service) => service.Text("spec", "predictor", "model", "modelFormat", "name");

    /// <summary>Makes the object, or brings the named fields of its spec to what they shall be.</summary>
    private JsonObject Ensure(JsonObject service, string resource, JsonObject wanted, params ReadOnlySpan<string> fields)
    {
        string hash = PodTemplate.Hash(wanted.Part("spec"));
        wanted.Ensure("metadata", "annotations")[HashAnnotation] = hash;
        if (Objects.Find(resource, wanted.Namespace(), wanted.Name()) is not { } present) return Objects.Create(wanted);
        if (!Owners.Owns(service, present)) throw new ApiException(409, "AlreadyExists", $"{resource} {present.Key()} belongs to somebody else");
        if (present.Annotation(HashAnnotation) == hash) return present;
        foreach (string field in fields) present.Ensure("spec")[field] = wanted["spec"]![field]!.DeepClone();
        present.Ensure("metadata", "annotations")[HashAnnotation] = hash;
        present.Part("metadata").Remove("resourceVersion");
        return Objects.Update(present);
    }
}
