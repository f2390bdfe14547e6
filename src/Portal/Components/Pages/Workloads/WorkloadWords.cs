using Portal.Components.Shared;
using Portal.Core.Workloads;

namespace Portal.Components.Pages.Workloads;

/// <summary>States and reasons of what runs, in the words of pages.</summary>
internal static class WorkloadWords
{
    /// <summary>The badge of a state; the two have the same vocabulary.</summary>
    public static Badge Badge(this WorkloadState state) => Enum.Parse<Badge>(state.ToString());

    /// <summary>Accelerators of all nodes: <c>2</c>, or <c>8 (4 × 2)</c> where four nodes have two each.</summary>
    public static string Accelerators(int each, int nodes) => nodes > 1 && each > 0 ? $"{nodes * each} ({nodes} × {each})" : $"{each}";
}
