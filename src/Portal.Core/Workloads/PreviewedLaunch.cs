using System.Text.Json.Nodes;

namespace Portal.Core.Workloads;

/// <summary>What a launch form would make.</summary>
/// <param name="ClusterId">The cluster that it would be made in.</param>
/// <param name="Choice">The kind that would carry it out, and why.</param>
/// <param name="Objects">The objects in the order in which they would be applied, without their Secret.</param>
public sealed record PreviewedLaunch(Guid? ClusterId, WorkloadChoice Choice, IReadOnlyList<JsonObject> Objects);
