namespace Portal.Core.Cluster;

/// <summary>A kind of cluster object, as the API server serves it.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Served version, for example <c>v1beta2</c>.</param>
/// <param name="Plural">Resource name in paths, for example <c>clusterqueues</c>.</param>
/// <param name="Kind">For example <c>ClusterQueue</c>.</param>
/// <param name="Namespaced">False for cluster-scoped kinds.</param>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    /// <summary>The value of <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Path of the collection below the server's address, without a leading slash.</summary>
    public string Path(string? ns) =>
        (Group.Length == 0 ? $"api/{Version}/" : $"apis/{Group}/{Version}/")
        + (Namespaced && ns is not null ? $"namespaces/{ns}/{Plural}" : Plural);
}

/// <summary>Names one object of a cluster.</summary>
public sealed record ObjectKey(ResourceType Type, string? Namespace, string Name);
