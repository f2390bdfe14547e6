using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Serving;

/// <summary>The kinds by which a model is served.</summary>
public static class ServingKinds
{
    /// <summary>KServe's: the served model.</summary>
    public static readonly ResourceType InferenceService = new("serving.kserve.io", "v1beta1", "inferenceservices", "InferenceService");

    /// <summary>KServe's: the model server of one project, with its image and formats.</summary>
    public static readonly ResourceType ServingRuntime = new("serving.kserve.io", "v1alpha1", "servingruntimes", "ServingRuntime");

    /// <summary>How many replicas a plain Deployment has.</summary>
    public static readonly ResourceType Autoscaler = new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler");
}

/// <summary>Chooses the kind that serves a model. Pure.</summary>
public static class ServingPlan
{
    /// <summary>
    /// KServe where it is there; else a Deployment, for models in the project's own storage: fetching from elsewhere is KServe's.
    /// </summary>
    /// <returns>Null when the cluster cannot serve it.</returns>
    public static WorkloadChoice? For(ServedModel model, WorkloadPlace place)
    {
        if (place.Served.FirstServed(ServingKinds.InferenceService) is { } service && place.Served.FirstServed(ServingKinds.ServingRuntime) is not null)
            return new(service, WorkloadChoice.Served);
        return PlainServing.PathInStorage(model.StorageUri, place.Claim) is null ? null : new(Kinds.Deployment, "choice.no_kserve");
    }
}
