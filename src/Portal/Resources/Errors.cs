namespace Portal.Resources;

/// <summary>Texts of refusals, by their codes.</summary>
public sealed class Errors;
