namespace Portal.Resources;

/// <summary>Words of the list of members that teams and projects share.</summary>
public sealed class Members;
