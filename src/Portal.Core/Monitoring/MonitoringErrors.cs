using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>Why monitoring refuses something.</summary>
public static class MonitoringErrors
{
    /// <summary>Production data came before a reference.</summary>
    public static Refusal NoReference(string model) => new Refusal("monitored_model.no_reference", RefusalKind.Conflict).With("name", model);

    /// <summary>The same file was counted before.</summary>
    public static Refusal SameFile(DateTimeOffset at) => new Refusal("monitored_model.same_file", RefusalKind.Conflict, "File").With("at", at);

    /// <summary>An event's body is larger than the limit.</summary>
    public static Refusal EventTooLarge => new Refusal("monitored_model.event_too_large").With("limit", InferencePayload.MostBytes >> 20);

    /// <summary>Rows in a call that are no rows.</summary>
    public static Refusal RowsUnreadable => new("monitored_model.rows_unreadable");

    /// <summary>Null when the limits make sense.</summary>
    public static Refusal? Check(FeatureLimits limits)
    {
        double[] all = [limits.PsiWarn, limits.PsiDrift, limits.W1Warn, limits.W1Drift];
        if (all.Any(v => !double.IsFinite(v) || v <= 0)) return new Refusal("monitored_model.limits_positive");
        return limits.PsiWarn > limits.PsiDrift || limits.W1Warn > limits.W1Drift ? new Refusal("monitored_model.limits_order") : null;
    }
}
