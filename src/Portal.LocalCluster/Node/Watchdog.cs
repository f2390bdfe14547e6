using System.Diagnostics;

namespace Portal.LocalCluster.Node;

/// <summary>
/// A shell that waits for the end of this process, however it comes, and then kills what its pods left running: its
/// standard input is a pipe that the kernel closes when we die. It has a session of its own, so Ctrl-C does not reach it.
/// (A parent-death signal per process was rejected: it fires when the starting thread ends, and does not reach grandchildren.)
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const string Script = """
        while read -r line; do :; done
        for round in 1 2 3 4 5; do
          for file in $(grep -lzsxF "$0" /proc/[0-9]*/environ); do
            pid=${file#/proc/}; kill -KILL "${pid%/environ}" 2>/dev/null
          done
        done
        """;

    private readonly Process? _process;

    public Watchdog(string boot)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/bin/sh")) return;
        ProcessStartInfo start = new(ContainerProcess.SessionProgram ?? "/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        if (ContainerProcess.SessionProgram is not null) start.ArgumentList.Add("/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        start.ArgumentList.Add($"{ProcessTree.BootVariable}={boot}");
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        _process = Process.Start(start);
    }

    public void Dispose()
    {
        _process?.StandardInput.Close();
        _process?.Dispose();
    }
}
