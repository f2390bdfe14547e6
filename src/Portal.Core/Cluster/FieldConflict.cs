namespace Portal.Core.Cluster;

/// <summary>A field that somebody else holds with another value than ours.</summary>
/// <param name="Manager">The other's name as a field manager, for example <c>kubectl-edit</c>.</param>
/// <param name="Field">As the API server writes it, for example <c>.spec.replicas</c>.</param>
public sealed record FieldConflict(string Manager, string Field);
