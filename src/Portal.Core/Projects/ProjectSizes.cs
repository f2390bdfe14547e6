namespace Portal.Core.Projects;

/// <summary>What a size gives: the ceilings of a project's namespace, accelerators apart.</summary>
/// <param name="CpuCores">Sum of requested processor cores.</param>
/// <param name="MemoryGiB">Sum of requested memory, GiB.</param>
/// <param name="StorageGiB">Sum of storage claims, GiB; the project's own claim takes a quarter.</param>
/// <param name="Pods">Pods at one time, finished ones counted.</param>
public sealed record ProjectCeiling(int CpuCores, int MemoryGiB, int StorageGiB, int Pods);

/// <summary>The table of sizes.</summary>
public static class ProjectSizes
{
    /// <summary>The ceiling of a size.</summary>
    public static ProjectCeiling Of(ProjectSize size) => size switch
    {
        ProjectSize.S => new(8, 32, 100, 50),
        ProjectSize.M => new(32, 128, 500, 200),
        ProjectSize.L => new(128, 512, 2000, 500),
        _ => throw new ArgumentOutOfRangeException(nameof(size)),
    };
}
