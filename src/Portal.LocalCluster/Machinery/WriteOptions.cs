using Portal.LocalCluster.Access;

namespace Portal.LocalCluster.Machinery;

/// <summary>How a write is to be made, as the query of a request says.</summary>
/// <param name="Manager">Who owns the fields it sets.</param>
/// <param name="Apply">Server-side apply: the manager owns exactly what it names.</param>
internal sealed record WriteOptions(string Manager, bool DryRun = false, FieldValidation Validation = FieldValidation.Warn, bool Apply = false)
{
    public string Subresource { get; init; } = "";

    /// <summary>What is written came of a patch: a value of a wrong type is then the patch's fault, not the body's.</summary>
    public bool Patch { get; init; }

    /// <summary>Who writes over HTTP; null for the cluster's own controllers, which are asked nothing.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Filled by the write: what is said in Warning headers.</summary>
    public List<string> Warnings { get; } = [];
}

internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>How a deletion is to be made.</summary>
internal sealed record DeleteOptions(
    long? GracePeriodSeconds = null,
    string Propagation = "Background",
    string? Uid = null,
    string? ResourceVersion = null,
    bool DryRun = false)
{
    /// <summary>Who deletes over HTTP; null for the cluster's own controllers.</summary>
    public Caller? Caller { get; init; }
}
