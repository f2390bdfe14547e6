namespace Portal.Resources;

/// <summary>Words of clusters.</summary>
public sealed class Clusters;
