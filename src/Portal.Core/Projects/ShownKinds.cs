using Portal.Core.Cluster;
using Portal.Core.Connections;
using Portal.Core.Delivery;
using Portal.Core.Monitoring;
using Portal.Core.Pipelines;
using Portal.Core.Publishing;
using Portal.Core.Serving;
using Portal.Core.Streams;

namespace Portal.Core.Projects;

/// <summary>
/// Kinds that people and operators make inside of a project or, as Argo CD, for it, and that its page shows. Nothing is decided by them: they are followed only
/// where pages are served, and a cluster that serves one of them not, or does not let the portal's account read it, lacks nothing else.
/// </summary>
public static class ShownKinds
{
    /// <summary>cert-manager's.</summary>
    public static readonly ResourceType Certificate = new("cert-manager.io", "v1", "certificates", "Certificate");

    /// <summary>All of them; of a kind in several versions the one that is wanted most comes first.</summary>
    public static IReadOnlyList<ResourceType> All { get; } =
    [
        Kinds.Service, Kinds.Deployment, ServingKinds.ServingRuntime, ServingKinds.InferenceService, PipelineRunManifests.Kind,
        PublishingKinds.Ingress, PublishingKinds.HttpRoute, PublishingKinds.Route, Certificate, BucketClaimManifests.Kind,
        .. KafkaManifests.TopicVersions, .. KafkaManifests.UserVersions,
        AlertManifests.PrometheusRule, AlertManifests.ServiceMonitor, ApplicationManifests.Kind,
    ];
}
