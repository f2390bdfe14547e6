namespace Portal.Resources;

/// <summary>The words around the pages: navigation, banners, errors.</summary>
public sealed class Shell;
