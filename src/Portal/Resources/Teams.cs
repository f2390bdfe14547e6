namespace Portal.Resources;

/// <summary>Words of the pages of teams and people.</summary>
public sealed class Teams;
