namespace Portal.Core.Waiting;

/// <summary>A resource of a pool, as Kueue counts it.</summary>
/// <param name="Flavor">Name of the ResourceFlavor.</param>
/// <param name="Resource">For example <c>nvidia.com/gpu</c> or <c>cpu</c>.</param>
public readonly record struct ResourceKey(string Flavor, string Resource);
