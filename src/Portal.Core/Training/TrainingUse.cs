namespace Portal.Core.Training;

/// <summary>What a run used: requested amounts × hours of running, and their price when it was launched.</summary>
/// <param name="Hours">Hours between its start and its end, or now, without those in which it had lost its place and waited again.</param>
/// <param name="CoreHours">Requested cores of all nodes × hours.</param>
/// <param name="MemoryGiBHours">Requested GiB × hours.</param>
/// <param name="AcceleratorHours">Accelerators × hours.</param>
/// <param name="Cost">Price of an hour × hours.</param>
public readonly record struct TrainingUse(
    double Hours, double CoreHours, double MemoryGiBHours, double AcceleratorHours, decimal Cost)
{
    /// <summary>The use until <paramref name="now"/>; waiting costs nothing.</summary>
    /// <param name="waits">When the run waited again.</param>
    public static TrainingUse From(TrainingRun run, IReadOnlyList<TrainingWait> waits, DateTimeOffset now)
    {
        var hours = TrainingWait.HoursBetween(run.StartedAt, run.FinishedAt, waits, now);
        var nodeHours = run.Nodes * hours;
        return new TrainingUse(
            hours, run.CpuMilli / 1000d * nodeHours, run.MemoryMiB / 1024d * nodeHours, run.Accelerators * nodeHours, run.PricePerHour * (decimal)hours);
    }
}
