using Portal.Components.Shared;
using Portal.Core.Results;
using Portal.Core.Workloads;
using Portal.Localization;

namespace Portal.Components.Pages.Workloads;

/// <summary>States and reasons of what runs, in the words of pages.</summary>
internal static class WorkloadWords
{
    /// <summary>The badge of a state; the two have the same vocabulary.</summary>
    public static Badge Badge(this WorkloadState state) => Enum.Parse<Badge>(state.ToString());

    /// <summary>The sentence for a reason, or nothing where the state says it all.</summary>
    public static string Reason(this Words say, WorkloadStatus status) => status.Reason.Length == 0 ? ""
        : say.Of(new Refusal(status.Reason) { Arguments = status.Arguments.ToDictionary(a => a.Key, a => (object?)a.Value) });
}
