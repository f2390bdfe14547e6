using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Reports;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>A model to monitor, as a form or a call fills it in.</summary>
/// <param name="Id">Idempotency key of the form.</param>
public sealed record ModelDraft(Guid Id, Guid ProjectId, string Name, string Version, WindowLength Window)
{
    /// <summary>Longest name and version, in characters.</summary>
    public const int NameLimit = 100;

    internal Refusal? Check() => string.IsNullOrWhiteSpace(Name)
        ? new Refusal("monitored_model.name_empty", Field: "Name")
        : TextRules.Check("Name", Name.Trim(), NameLimit) ?? TextRules.Check("Version", Version.Trim(), NameLimit);
}

/// <summary>What a person says about the columns of a reference; everything left out is inferred.</summary>
public sealed record ReferenceOptions
{
    /// <summary>Nothing said: everything is inferred.</summary>
    public static readonly ReferenceOptions Inferred = new();

    /// <summary>The column with the model's answer.</summary>
    public string? Prediction { get; init; }

    /// <summary>The column with the truth.</summary>
    public string? Label { get; init; }

    /// <summary>The column that tells when a row happened.</summary>
    public string? Time { get; init; }

    /// <summary>Columns to leave out.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Columns of numbers that stand for categories.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>Puts what was said over what was inferred.</summary>
    internal Result<IReadOnlyList<ColumnSchema>> Apply(IReadOnlyList<ColumnSchema> inferred)
    {
        string[] named = [.. new[] { Prediction, Label, Time }.OfType<string>(), .. Ignored, .. Categorical];
        var unknown = named.Where(n => inferred.All(c => c.Name != n)).ToArray();
        if (unknown.Length > 0) return CsvRefusals.MissingColumns(unknown);
        return inferred.Select(c => c with { Role = Role(c), Kind = Categorical.Contains(c.Name) ? FeatureKind.Categorical : c.Kind }).ToArray();
    }

    private ColumnRole Role(ColumnSchema column) => column.Name switch
    {
        var name when Ignored.Contains(name) => ColumnRole.Ignored,
        var name when name == Prediction => ColumnRole.Prediction,
        var name when name == Label => ColumnRole.Label,
        var name when name == Time => ColumnRole.Time,
        _ when Taken(column.Role) => ColumnRole.Feature,
        _ => column.Role,
    };

    // A role that was given to another column is not inferred a second time.
    private bool Taken(ColumnRole role) =>
        (role == ColumnRole.Prediction && Prediction is not null)
        || (role == ColumnRole.Label && Label is not null)
        || (role == ColumnRole.Time && Time is not null);
}
