using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>A ClusterQueue, LocalQueue or Cohort in one of its versions.</summary>
/// <param name="body">The whole object, not to be changed.</param>
internal sealed class KueueQueue(JsonObject body)
{
    public string Name { get; } = body.Name();

    /// <summary>Namespace and name.</summary>
    public string Key { get; } = body.Key();

    public QueueSpec Spec { get; } = QueueSpec.Of(body);

    /// <summary>The whole object, not to be changed.</summary>
    public JsonObject Body { get; } = body;

    /// <summary>What the status of this version follows from, once it says what it has to; null while it does not, or counts workloads.</summary>
    public QueueCause? Settled { get; set; }
}

/// <summary>What the status of a queue without workloads follows from beside its own spec.</summary>
internal readonly record struct QueueCause(QueueHealth Health, QueueSpec? Groups);
