namespace Portal.Resources;

/// <summary>Words for states, roles, sizes and lengths of time. Keys are Type.Value.</summary>
public sealed class States;
