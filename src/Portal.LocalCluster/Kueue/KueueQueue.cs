using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>A ClusterQueue, LocalQueue or Cohort in one of its versions.</summary>
/// <param name="Key">Namespace and name.</param>
/// <param name="Body">The whole object, not to be changed.</param>
internal sealed record KueueQueue(string Name, string Key, QueueSpec Spec, JsonObject Body)
{
    /// <summary>What the status of this version follows from, once it says what it has to; null while it does not, or counts workloads.</summary>
    public QueueCause? Settled { get; set; }

    public static KueueQueue Of(JsonObject body) => new(body.Name(), body.Key(), QueueSpec.Of(body), body);
}

/// <summary>What the status of a queue without workloads follows from beside its own spec.</summary>
internal readonly record struct QueueCause(QueueHealth Health, QueueSpec? Groups);
