namespace Portal.Components.Layout;

/// <summary>Something the palette leads to.</summary>
/// <param name="Group">What sort of thing it is, in the reader's words.</param>
public sealed record PaletteItem(string Title, string Group, string Path, string Icon);
