namespace Portal.Resources;

/// <summary>Words of quota requests and approvals.</summary>
public sealed class Quotas;
