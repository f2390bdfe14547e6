namespace Portal.Resources;

/// <summary>Words of the project pages.</summary>
public sealed class Projects;
