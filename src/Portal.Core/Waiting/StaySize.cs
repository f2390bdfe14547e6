namespace Portal.Core.Waiting;

/// <summary>What a workload holds while it runs, on all its nodes together.</summary>
/// <param name="Accelerators">Whole pieces of its pool.</param>
/// <param name="Cores">Cores.</param>
/// <param name="MemoryGiB">Memory, GiB.</param>
public readonly record struct StaySize(double Accelerators, double Cores, double MemoryGiB);
