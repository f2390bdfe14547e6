namespace Portal.Resources;

/// <summary>Words of "what will change", and of objects that others keep.</summary>
public sealed class Changes;
