namespace Portal.Core.Training;

/// <summary>The two small programs that travel with every run. Python's standard library alone.</summary>
internal static class RunScripts
{
    private static readonly Lazy<string> LazyRun = new(() => Read("portal_run.py"));
    private static readonly Lazy<string> LazyReport = new(() => Read("portal_report.py"));

    /// <summary>Starts the person's program and, when it has ended, hands its output folder to the portal.</summary>
    public static string Run => LazyRun.Value;

    /// <summary>Lets the program report metrics, parameters and files in one line each.</summary>
    public static string Report => LazyReport.Value;

    private static string Read(string name)
    {
        using var stream = typeof(RunScripts).Assembly.GetManifestResourceStream("Portal.Core.Training.Scripts." + name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
