namespace Portal.Resources;

/// <summary>Words of hardware pools.</summary>
public sealed class Hardware;
