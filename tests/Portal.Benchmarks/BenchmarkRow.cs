namespace Portal.Benchmarks;

/// <summary>One line of the benchmark table.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">The value with its unit.</param>
/// <param name="Asked">The limit with its unit.</param>
/// <param name="Ok">Whether the limit is kept.</param>
public sealed record BenchmarkRow(string Name, string Measured, string Asked, bool Ok);
