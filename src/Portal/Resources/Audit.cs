namespace Portal.Resources;

/// <summary>The words of the audit page.</summary>
public sealed class Audit;
