using Portal.Core.Drift.Reports;

namespace Portal.Core.Drift.Csv;

/// <summary>What a column is for.</summary>
public enum ColumnRole
{
    /// <summary>An input of the model.</summary>
    Feature,

    /// <summary>What the model answered.</summary>
    Prediction,

    /// <summary>What turned out to be true.</summary>
    Label,

    /// <summary>When the row happened.</summary>
    Time,

    /// <summary>Which row it is.</summary>
    Id,

    /// <summary>Left out.</summary>
    Ignored,
}

/// <summary>One column of a monitored model.</summary>
/// <param name="Name">The header.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Kind">Numeric or categorical.</param>
public sealed record ColumnSchema(string Name, ColumnRole Role, FeatureKind Kind)
{
    /// <summary>Whether its distribution is watched: inputs, predictions and labels alike.</summary>
    public bool IsMonitored => Role is ColumnRole.Feature or ColumnRole.Prediction or ColumnRole.Label;
}
