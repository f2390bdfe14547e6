using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>An API group that is computed instead of stored, as an aggregated API server adds one.</summary>
internal interface IAggregatedApi
{
    /// <summary>Its resources, which have no verbs of their own, only paths below an object.</summary>
    IReadOnlyList<ResourceType> Types { get; }

    Task Handle(ApiRequest request);
}
