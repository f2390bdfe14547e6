namespace Portal.Resources;

/// <summary>Why something waits, and when it will start.</summary>
public sealed class Waiting;
