namespace Portal.Resources;

/// <summary>Causes by their codes: <c>code</c> what it is, <c>code.remedy</c> what to do, <c>code.title</c> where the text has gaps.</summary>
public sealed class Causes;
