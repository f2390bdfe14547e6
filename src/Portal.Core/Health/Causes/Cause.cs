namespace Portal.Core.Health.Causes;

/// <summary>A known reason why something does not run, or not yet. Its words are looked up by the code, in the reader's language.</summary>
/// <param name="Code">Stable; kept in rows and given out by the API, for example <c>pod.image_missing</c>.</param>
/// <param name="Actor">Who can do something about it.</param>
public sealed record Cause(string Code, CauseArea Area, CauseActor Actor);

/// <summary>What part of the platform a cause is about; the catalogue is sorted by it.</summary>
public enum CauseArea
{
    /// <summary>The cluster does not answer, or refuses the portal itself.</summary>
    Cluster,

    /// <summary>A step of making a project real.</summary>
    Project,

    /// <summary>The API server did not take a pod or object: ResourceQuota, LimitRange, Pod Security, webhooks.</summary>
    Admission,

    /// <summary>Kueue: waiting for quota, preempted, held.</summary>
    Queue,

    /// <summary>Between the wish and the first running container.</summary>
    Start,

    /// <summary>The scheduler finds no node.</summary>
    Placement,

    /// <summary>Pulling an image.</summary>
    Image,

    /// <summary>What runs in a container ended or does not answer.</summary>
    Container,

    /// <summary>The node is lost, or evicts pods.</summary>
    Node,

    /// <summary>Claims and volumes.</summary>
    Storage,

    /// <summary>A training's own operator or program.</summary>
    Training,

    /// <summary>A notebook's server.</summary>
    Notebook,

    /// <summary>A served model.</summary>
    Service,

    /// <summary>A pipeline run.</summary>
    Pipeline,

    /// <summary>A topic or account of Kafka.</summary>
    Stream,

    /// <summary>What Argo CD delivers.</summary>
    Delivery,

    /// <summary>Rights, certificates and addresses by which something is reached.</summary>
    Access,
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
