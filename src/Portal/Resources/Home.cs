namespace Portal.Resources;

/// <summary>The words of the home page.</summary>
public sealed class Home;
