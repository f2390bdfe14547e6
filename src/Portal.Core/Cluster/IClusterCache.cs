using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>
/// What the watches have seen of one cluster, and what it has answered the portal's own writes with since. Reading it never waits for
/// the cluster. Of pods it has an outline: no environments, commands and mounts.
/// </summary>
public interface IClusterCache
{
    /// <summary>What it was last found to serve; null before it was asked.</summary>
    ClusterCapabilities? Capabilities { get; }

    /// <summary>Since when the cluster leaves unanswered what it is asked every few seconds; null while it answers.</summary>
    TimeSpan? Silence => null;

    /// <summary>Time since the cluster last refused the account something that was to be read; null when it never did.</summary>
    TimeSpan? SinceRefusal => null;

    /// <summary>The object as last seen, or null.</summary>
    JsonObject? Find(ObjectKey key);

    /// <summary>Objects of a kind, in one namespace or all, optionally only those with a label.</summary>
    IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null);

    /// <summary>
    /// Objects of a kind that is followed for pages alone, in a project's namespace; none where the cluster does not serve it, or does not
    /// let the account read it. No decision is made by them: <see cref="Find"/>, <see cref="List"/> and <see cref="Age"/> do not know them.
    /// </summary>
    IReadOnlyList<JsonObject> Shown(ResourceType type, string ns) => List(type, ns);

    /// <summary>As <see cref="Shown"/>, in whichever namespace they stand: those that say themselves which namespace they are for.</summary>
    /// <param name="target">The namespace that an object is for, or null. The same for all who ask of a kind.</param>
    IReadOnlyList<JsonObject> ShownFor(ResourceType type, Func<JsonObject, string?> target, string ns) => [.. List(type).Where(o => target(o) == ns)];

    /// <summary>What follows from all objects of a kind: worked out anew once any of them has changed, and shared by all who ask.</summary>
    /// <typeparam name="T">One type for each thing that is worked out.</typeparam>
    T Derive<T>(ResourceType type, Func<IReadOnlyList<JsonObject>, T> from) where T : class => from(List(type));

    /// <summary>
    /// What all pods hold of their nodes. Known beside the pods, so that adding up a cluster of many reads none of them.
    /// </summary>
    IReadOnlyList<PodHolding> Holdings();

    /// <summary>Time since the cluster last spoke on the watch of <paramref name="type"/>; null before the first list.</summary>
    TimeSpan? Age(ResourceType type);

    /// <summary>The kind on whose watch the cluster has been quiet longest, of those that were listed; null before the first list.</summary>
    (ResourceType Kind, TimeSpan Age)? Oldest => Age(Kinds.Namespace) is { } age ? (Kinds.Namespace, age) : null;
}
