namespace Portal.Core.Waiting;

/// <summary>What a workload holds on each of its nodes while it runs.</summary>
/// <param name="Accelerators">Whole pieces of its pool.</param>
/// <param name="Cores">Cores.</param>
/// <param name="MemoryGiB">Memory, GiB.</param>
/// <param name="Nodes">Pods that hold as much each.</param>
public readonly record struct StaySize(double Accelerators, double Cores, double MemoryGiB, int Nodes = 1);
