namespace Portal.Resources;

/// <summary>The words of the monitoring pages.</summary>
public sealed class Monitoring;
