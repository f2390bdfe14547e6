using Portal.Components.Shared;
using Portal.Core.Workloads;

namespace Portal.Components.Pages.Workloads;

/// <summary>States and reasons of what runs, in the words of pages.</summary>
internal static class WorkloadWords
{
    /// <summary>The badge of a state; the two have the same vocabulary.</summary>
    public static Badge Badge(this WorkloadState state) => Enum.Parse<Badge>(state.ToString());
}
