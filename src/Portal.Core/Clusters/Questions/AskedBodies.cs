using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Clusters.Questions;

/// <summary>Objects of which it is asked what applying them would do.</summary>
public sealed record ChangesAsked(IReadOnlyList<AskedObject> Objects);

/// <summary>One object, as it would be applied.</summary>
public sealed record AskedObject(ResourceType Type, JsonObject Manifest);

/// <summary>The connection whose rights are asked for; its credentials are the installation's own.</summary>
public sealed record RightsAsked(ClusterConnectionKind Connection);
