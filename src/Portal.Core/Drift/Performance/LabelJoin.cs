namespace Portal.Core.Drift.Performance;

/// <summary>A prediction that was served. Time is any monotonous unit, seconds or ticks.</summary>
public sealed record ServedPrediction(string Id, double Time, double Prediction);

/// <summary>The truth about a prediction, learned later.</summary>
public sealed record LabelEvent(string Id, double Time, double Label);

/// <summary>Labels of one window [Start, End) of prediction times.</summary>
public sealed record LabelledWindow(double Start, double End, int Predictions, int Labelled, int Right)
{
    /// <summary>Share of predictions whose label is known.</summary>
    public double? Coverage => Ratio.Of(Labelled, Predictions);

    /// <summary>Share of labelled predictions that were right.</summary>
    public double? Accuracy => Ratio.Of(Right, Labelled);
}

/// <summary>
/// Joins late labels to predictions by id: the first prediction of an id wins, the last label by its time (ties: the
/// later one in the list). A label counts in the window of its prediction.
/// </summary>
public sealed record LabelJoin(int DuplicatePredictions, int OrphanLabels, IReadOnlyList<LabelledWindow> Windows)
{
    /// <summary>Joins and counts per half-open window.</summary>
    public static LabelJoin Of(
        IEnumerable<ServedPrediction> predictions, IEnumerable<LabelEvent> labels, IReadOnlyList<(double Start, double End)> windows)
    {
        var first = new Dictionary<string, ServedPrediction>(StringComparer.Ordinal);
        var duplicates = predictions.Count(p => !first.TryAdd(p.Id, p));

        var last = new Dictionary<string, LabelEvent>(StringComparer.Ordinal);
        var orphans = 0;
        foreach (var label in labels)
        {
            if (!first.ContainsKey(label.Id)) orphans++;
            else if (!last.TryGetValue(label.Id, out var known) || label.Time >= known.Time) last[label.Id] = label;
        }

        return new(duplicates, orphans, [.. windows.Select(w => Window(w.Start, w.End, first.Values, last))]);
    }

    private static LabelledWindow Window(
        double start, double end, IEnumerable<ServedPrediction> predictions, Dictionary<string, LabelEvent> labels)
    {
        var inside = predictions.Where(p => p.Time >= start && p.Time < end).ToArray();
        var labelled = inside.Where(p => labels.ContainsKey(p.Id)).ToArray();
        return new(start, end, inside.Length, labelled.Length, labelled.Count(p => labels[p.Id].Label == p.Prediction));
    }
}
