namespace Portal.Core.Workloads;

/// <summary>A verdict of the health rules: the state, why, and what the cluster said.</summary>
/// <param name="State">One of the vocabulary.</param>
/// <param name="Reason">Code in the error catalogue, for example <c>pod.image_pull</c>; empty where the state says it all.</param>
/// <param name="Detail">The cluster's own words, folded away on the page.</param>
public sealed record WorkloadStatus(WorkloadState State, string Reason = "", string Detail = "")
{
    /// <summary>Values for the placeholders of the reason's text.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>The same verdict with one more value for its text.</summary>
    public WorkloadStatus With(string name, object? value) => this with
    {
        Arguments = new Dictionary<string, string>(Arguments)
        {
            [name] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
        },
    };
}
