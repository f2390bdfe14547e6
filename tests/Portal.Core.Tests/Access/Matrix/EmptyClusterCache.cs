using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>A cluster that has shown nothing yet, as after a start.</summary>
internal sealed class EmptyClusterCache : IClusterCache
{
    public JsonObject? Find(ObjectKey key) => null;

    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) => [];

    public TimeSpan? Age(ResourceType type) => null;
}
