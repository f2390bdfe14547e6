using System.ComponentModel;
using System.Diagnostics;

namespace Portal.LocalCluster.Node;

/// <summary>A container that runs: one process in a session of its own, and everything that comes of it.</summary>
internal sealed class ContainerProcess : IDisposable
{
    /// <summary>Gives the process a session of its own, so that a Ctrl-C meant for the portal does not reach it.</summary>
    public static readonly string? SessionProgram = File.Exists("/usr/bin/setsid") ? "/usr/bin/setsid" : null;

    /// <summary>How long a process that shed its mark, and so survived, may hold the pipes open.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _container;

    private ContainerProcess(Process process, string container, ContainerLog log)
    {
        _process = process;
        _container = container;
        Exited = FollowAsync(log);
    }

    /// <summary>The exit code, once the process and all it started are gone and everything they printed is in the log.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="NotReadyException">The program or the working directory does not exist.</exception>
    public static ContainerProcess Start(ContainerPlan plan, string container, ContainerLog log)
    {
        string program = Locate(plan);
        Directory.CreateDirectory(plan.WorkingDirectory);
        ProcessStartInfo start = new(SessionProgram ?? program)
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (SessionProgram is not null) start.ArgumentList.Add(program);
        foreach (string argument in plan.Command.Skip(1)) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in plan.Environment) start.Environment[name] = value;
        start.Environment[ProcessTree.ContainerVariable] = container;
        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return new ContainerProcess(process, container, log);
        }
        catch (Win32Exception failure)
        {
            throw new NotReadyException("StartError", $"exec: \"{plan.Command[0]}\": {failure.Message}");
        }
    }

    /// <summary>Asks the process to end; after the grace period everything it started is killed. Returns when all are gone.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        if (Exited.IsCompleted) return;
        if (grace > TimeSpan.Zero)
        {
            ProcessTree.AskToStop(_process.Id);
            using CancellationTokenSource enough = new();
            await Task.WhenAny(Exited, Task.Delay(grace, time, enough.Token));
            await enough.CancelAsync();
        }
        if (!Exited.IsCompleted) ProcessTree.KillAll(ProcessTree.ContainerVariable, _container);
        await Exited;
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> FollowAsync(ContainerLog log)
    {
        Task output = log.CopyAsync(_process.StandardOutput, "stdout");
        Task errors = log.CopyAsync(_process.StandardError, "stderr");
        await _process.WaitForExitAsync();
        // As in a container, nothing outlives the first process; a child may also hold the pipes open for ever.
        ProcessTree.KillAll(ProcessTree.ContainerVariable, _container);
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(LastWords));
        return _process.ExitCode;
    }

    public static string Locate(ContainerPlan plan)
    {
        string program = plan.Command.Count > 0 ? plan.Command[0] : "";
        IEnumerable<string> candidates = program.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(program, plan.WorkingDirectory)]
            : plan.Environment.GetValueOrDefault("PATH", "").Split(':').Select(folder => Path.Combine(folder, program));
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new NotReadyException("StartError", $"exec: \"{program}\": executable file not found in $PATH");
    }
}
