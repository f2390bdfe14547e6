using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>The registered clusters. Asking for one never waits, whatever state it is in.</summary>
public interface IClusters
{
    /// <summary>Those that are connected, by name.</summary>
    IReadOnlyList<ConnectedCluster> All { get; }

    /// <summary>
    /// One cluster, where a project or a pool says that it lives. Absent, or not connected yet, it is one that nothing was
    /// seen of and that answers every call with <see cref="ClusterFailure.Unavailable"/>: callers need no second path.
    /// </summary>
    ConnectedCluster Get(Guid? id);
}

/// <summary>A cluster as its callers see it: the door to it, what the watches saw, and the two together.</summary>
public sealed class ConnectedCluster(Guid id, string name, IClusterClient client, IClusterCache cache, DisputeBook? disputes = null)
{
    /// <summary>The row's id.</summary>
    public Guid Id => id;

    /// <summary>What people call it.</summary>
    public string Name => name;

    /// <summary>Calls that reach the API server.</summary>
    public IClusterClient Client => client;

    /// <summary>What the watches last saw; never waits for the cluster.</summary>
    public IClusterCache Cache => cache;

    /// <summary>Where it is noted that others hold fields of our objects; null for a cluster that nothing is written to.</summary>
    public DisputeBook? Disputes => disputes;

    /// <summary>Server-side apply of wanted objects: skips what the cache shows to be so, and minds the disputes.</summary>
    public ClusterWriter Writer { get; private init; } = new(client, cache, disputes, id);

    /// <summary>
    /// Time since it last spoke of that kind of which it has been silent longest, so that nothing shown is older; null before the
    /// first list, and for a cluster that is not connected.
    /// </summary>
    public TimeSpan? Age => Oldest?.Age;

    /// <summary>That kind.</summary>
    public (ResourceType Kind, TimeSpan Age)? Oldest => cache.Age(Kinds.Namespace) is null ? null : cache.Oldest;

    /// <summary>Since when it leaves unanswered what it is asked every few seconds; null while it answers.</summary>
    public TimeSpan? Silence => cache.Silence;

    /// <summary>The same cluster under another name. Its writer goes along: what it remembers of objects is true under any name.</summary>
    public ConnectedCluster Renamed(string to) => to == name ? this : new(id, to, client, cache, disputes) { Writer = Writer };

    /// <summary>A cluster that nobody registered, or that is not connected yet.</summary>
    public static ConnectedCluster Absent(Guid? id) => new(id ?? Guid.Empty, "", new AbsentCluster(), new AbsentCluster());
}
