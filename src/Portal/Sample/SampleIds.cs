namespace Portal.Sample;

/// <summary>Ids of what the sample makes: a start that was interrupted goes on where it stopped, and nothing is made twice.</summary>
internal static class SampleIds
{
    public static readonly Guid Team = Id(1);
    public static readonly Guid Pool = Id(2);
    public static readonly Guid Project = Id(3);
    public static readonly Guid FirstQuota = Id(4);
    public static readonly Guid OpenQuota = Id(5);
    public static readonly Guid LoadRun = Id(6);
    public static readonly Guid TrainRun = Id(7);
    public static readonly Guid Model = Id(8);

    private static Guid Id(int number) => new($"5a3b1e00-0000-7000-8000-{number:d12}");
}
