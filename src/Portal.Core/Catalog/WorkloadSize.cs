namespace Portal.Core.Catalog;

/// <summary>How much processor and memory a notebook or run asks for.</summary>
/// <param name="Id">Stable id, for example <c>small</c>.</param>
/// <param name="CpuMilli">Processor, thousandths of a core.</param>
/// <param name="MemoryMiB">Memory, MiB.</param>
public sealed record WorkloadSize(string Id, int CpuMilli, int MemoryMiB)
{
    /// <summary>Cores, for arithmetic and display.</summary>
    public decimal Cores => CpuMilli / 1000m;

    /// <summary>Memory in GiB, for arithmetic and display.</summary>
    public decimal MemoryGiB => MemoryMiB / 1024m;
}
