namespace Portal.Core.Waiting;

/// <summary>The one thing that something waits for; each has its own remedy.</summary>
public enum WaitKind
{
    /// <summary>The queue has less unused quota than it needs.</summary>
    Quota,

    /// <summary>What it needs was lent and is being, or can be, taken back.</summary>
    Reclaim,

    /// <summary>Enough is unused, and others stand before it.</summary>
    Priority,

    /// <summary>It asks for more than its queue can ever have.</summary>
    NeverFits,

    /// <summary>The queue is held, closed or missing.</summary>
    Queue,

    /// <summary>It could not start, and stands in no queue until it is tried again.</summary>
    Backoff,

    /// <summary>It has its quota, and a check of the cluster is open.</summary>
    AdmissionCheck,

    /// <summary>Enough is unused, but not near enough together.</summary>
    Topology,

    /// <summary>Enough is free on the nodes in all, and not on one of them.</summary>
    Fragmentation,

    /// <summary>The nodes are full.</summary>
    Room,

    /// <summary>Nodes that would fit are short of disk, memory or processes.</summary>
    NodePressure,

    /// <summary>No node carries what it asks for, or none of them is open.</summary>
    NoNode,

    /// <summary>The image is being fetched, or cannot be.</summary>
    Image,

    /// <summary>A volume is missing, elsewhere, or not mounted.</summary>
    Volume,

    /// <summary>Nothing holds it: it is about to start.</summary>
    Starting,

    /// <summary>Something else; the cause says what.</summary>
    Other,
}
