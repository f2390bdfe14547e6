namespace Portal.Resources;

/// <summary>Words of what notebooks and trainings share.</summary>
public sealed class Workloads;
