namespace Portal.Resources;

/// <summary>Words of the training pages.</summary>
public sealed class Training;
