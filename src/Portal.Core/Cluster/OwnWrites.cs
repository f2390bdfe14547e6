using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>
/// What the cluster answered to a writer's last write of an object, while its watch still shows what was there before: nothing
/// is set right, or told, twice.
/// </summary>
internal sealed class OwnWrites(IClusterCache cache)
{
    private readonly ConcurrentDictionary<ObjectKey, (string Before, JsonObject Made)> _ahead = [];

    /// <summary>The object as the watch shows it, or as it was answered where the watch is behind that.</summary>
    public JsonObject? Find(ObjectKey key)
    {
        var shown = cache.Find(key);
        if (!_ahead.TryGetValue(key, out var ahead))
            return shown;
        if (shown is not null && Version(shown) == ahead.Before)
            return (JsonObject)ahead.Made.DeepClone();
        _ahead.TryRemove(key, out _);
        return shown;
    }

    /// <summary>The version that the watch shows now, or null.</summary>
    public string? VersionOf(ObjectKey key) => cache.Find(key) is { } shown ? Version(shown) : null;

    /// <summary>Notes the answer to a write.</summary>
    /// <param name="before">What <see cref="VersionOf"/> said before it was sent.</param>
    public void Note(ObjectKey key, string? before, JsonObject made)
    {
        // Where nothing was shown before, nothing tells apart what is not shown yet and what was deleted since.
        if (before is not null && before != Version(made))
            _ahead[key] = (before, (JsonObject)made.DeepClone());
    }

    /// <summary>Forgets objects that are being removed.</summary>
    public void Forget(Func<ObjectKey, bool> which)
    {
        foreach (var key in _ahead.Keys.Where(which))
            _ahead.TryRemove(key, out _);
    }

    private static string? Version(JsonObject manifest) => manifest.Text("metadata", "resourceVersion");
}
