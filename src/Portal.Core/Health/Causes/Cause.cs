namespace Portal.Core.Health.Causes;

/// <summary>A known reason why something does not run, or not yet. Its words are looked up by the code, in the reader's language.</summary>
/// <param name="Code">Stable; kept in rows and given out by the API, for example <c>pod.image_missing</c>.</param>
/// <param name="Actor">Who can do something about it.</param>
public sealed record Cause(string Code, CauseArea Area, CauseActor Actor);

/// <summary>What part of the platform a cause is about; the catalogue is sorted by it.</summary>
public enum CauseArea
{
    Cluster, Project, Admission, Queue, Start, Placement, Image, Container, Node, Storage, Training, Notebook, Service, Pipeline, Stream, Delivery, Access,
}

/// <summary>Who can act on a cause.</summary>
public enum CauseActor
{
    /// <summary>It heals by itself, or is as somebody wanted it.</summary>
    Nobody,

    /// <summary>Whoever launched it.</summary>
    Scientist,

    /// <summary>A lead of the team, by quota.</summary>
    Lead,

    /// <summary>Who runs the portal.</summary>
    PlatformAdmin,

    /// <summary>Who runs the cluster.</summary>
    ClusterAdmin,
}
