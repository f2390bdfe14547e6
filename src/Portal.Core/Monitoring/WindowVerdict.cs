using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;

namespace Portal.Core.Monitoring;

/// <summary>Turns the decisions on features into the verdict on a window, and the verdicts of windows into an alert.</summary>
public static class WindowVerdict
{
    private const int Looked = 3;
    private const int Needed = 2;

    /// <summary>
    /// Drift when half of the features drifted, or the prediction, or a critical feature; warn when any feature is at warn or
    /// drift; insufficient when nothing could be tested.
    /// </summary>
    public static DriftLevel Of(IReadOnlyList<(FeatureDecision Decision, ColumnRole Role, bool Critical)> features)
    {
        var dataset = DatasetDrift.Of([.. features.Where(f => f.Role == ColumnRole.Feature).Select(f => f.Decision)]);
        var decisive = features.Any(f => f.Decision.Level == DriftLevel.Drift && (f.Critical || f.Role == ColumnRole.Prediction));
        if (dataset.IsDrift || decisive) return DriftLevel.Drift;
        if (features.Any(f => f.Decision.Level is DriftLevel.Warn or DriftLevel.Drift)) return DriftLevel.Warn;
        return features.Any(f => f.Decision.Level == DriftLevel.None) ? DriftLevel.None
            : features.All(f => f.Decision.Level == DriftLevel.NoData) ? DriftLevel.NoData
            : DriftLevel.Insufficient;
    }

    /// <summary>
    /// Whether the alert is on after these windows, oldest first: it starts when two of three windows that say anything
    /// drifted, and ends after three without drift.
    /// </summary>
    public static bool IsAlert(IEnumerable<DriftLevel> windows, bool before = false)
    {
        var on = before;
        var recent = new Queue<bool>();
        foreach (var level in windows.Where(l => l is DriftLevel.None or DriftLevel.Warn or DriftLevel.Drift))
        {
            recent.Enqueue(level == DriftLevel.Drift);
            if (recent.Count > Looked) recent.Dequeue();
            var drifted = recent.Count(d => d);
            if (drifted >= Needed) on = true;
            else if (recent.Count == Looked && drifted == 0) on = false;
        }

        return on;
    }
}
