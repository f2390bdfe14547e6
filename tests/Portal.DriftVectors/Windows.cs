using Portal.Core.Drift.Sketches;

namespace Portal.DriftVectors;

/// <summary>Cuts rows into windows, sketches each, and merges the sketches in several orders.</summary>
internal static class Windows
{
    /// <summary>Every way of splitting and merging that is tried; seeds are fixed so that a failure repeats.</summary>
    public static IEnumerable<FeatureSketch> Merged<T>(FeatureReference reference, IReadOnlyList<T> rows, Action<FeatureSketch, T> add)
    {
        yield return MergeAll(reference, Split(reference, rows, 1, add));
        yield return MergeAll(reference, Split(reference, rows, 2, add));
        yield return MergeAll(reference, Enumerable.Reverse(Split(reference, rows, 7, add)));
        var random = new Random(20240);
        yield return MergeAll(reference, Split(reference, rows, 24, add).OrderBy(_ => random.Next()));
        yield return Tree(reference, Split(reference, rows, 31, add));
        // Stored and read back between the merges, as hours are before they become a day.
        yield return MergeAll(reference, Split(reference, rows, 5, add).Select(w => reference.ReadWindow(w.ToBytes())));
    }

    private static List<FeatureSketch> Split<T>(FeatureReference reference, IReadOnlyList<T> rows, int parts, Action<FeatureSketch, T> add)
    {
        var random = new Random(parts);
        var windows = Enumerable.Range(0, parts).Select(_ => reference.NewWindow()).ToList();
        foreach (var row in rows) add(windows[random.Next(parts)], row);
        return windows;
    }

    private static FeatureSketch MergeAll(FeatureReference reference, IEnumerable<FeatureSketch> windows)
    {
        var all = reference.NewWindow();
        foreach (var window in windows) all.Merge(window);
        return all;
    }

    private static FeatureSketch Tree(FeatureReference reference, List<FeatureSketch> windows)
    {
        while (windows.Count > 1)
        {
            windows = [.. windows.Chunk(2).Select(pair => MergeAll(reference, pair))];
        }

        return windows[0];
    }
}
