namespace Portal.Resources;

/// <summary>Words of the notebook pages.</summary>
public sealed class Notebooks;
