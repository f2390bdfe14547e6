namespace Portal.Components.Layout;

/// <summary>Something that the menu of notifications tells.</summary>
public sealed record Note(string Text, string Path, string Icon, DateTimeOffset At);
