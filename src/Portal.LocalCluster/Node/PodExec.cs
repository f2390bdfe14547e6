using System.Diagnostics;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>
/// Runs a program with the environment, folders and mark of a container: what ends the container ends it too. A terminal is
/// lent by the program <c>script</c>, where this machine has it.
/// </summary>
public sealed class PodExec(IObjects objects, LocalClusterOptions options) : IPodExec
{
    private const string TerminalProgram = "/usr/bin/script";

    private readonly ImageCatalogue _images = new([.. options.Images]);

    public IExecProcess Start(PodExecRequest request)
    {
        JsonObject pod = objects.Find("pods", request.Namespace, request.Pod) ?? throw new ApiException(404, "NotFound", $"pods \"{request.Pod}\" not found");
        JsonObject? status = pod.Each("status", "containerStatuses").FirstOrDefault(one => one.Text("name") == request.Container);
        if (status?.Map("state", "running") is null) throw new ApiException(500, "InternalError", $"container not found (\"{request.Container}\")");
        JsonObject container = pod.Each("spec", "containers").First(one => one.Text("name") == request.Container).Copy();
        container["command"] = new JsonArray([.. request.Command.Select(word => (JsonNode)word)]);
        container.Remove("args");
        if (_images.Find(container.Text("image") ?? "", out string refusal) is not { } image) throw new ApiException(500, "InternalError", refusal);
        try
        {
            PodFolders folders = new(Path.GetFullPath(options.DataDirectory), pod);
            PodVolumes volumes = new(objects, folders, pod);
            volumes.Make(starts: false);
            ContainerPlan plan = ContainerPlan.From(objects, pod, container, image, folders, volumes);
            return new ExecProcess(Process.Start(Line(plan, request.Terminal, status.Text("containerID") ?? ""))!);
        }
        catch (Exception failure) when (failure is NotReadyException or System.ComponentModel.Win32Exception)
        {
            throw new ApiException(500, "InternalError", $"error executing command in container: {failure.Message}");
        }
    }

    private ProcessStartInfo Line(ContainerPlan plan, bool terminal, string containerId)
    {
        string program = ContainerProcess.Locate(plan);
        ProcessStartInfo start = new(program)
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (terminal && File.Exists(TerminalProgram))
        {
            start.FileName = TerminalProgram;
            foreach (string word in (ReadOnlySpan<string>)["-q", "-e", "-f", "-c", string.Join(' ', plan.Command.Skip(1).Prepend(program).Select(Quoted)), "/dev/null"]) start.ArgumentList.Add(word);
        }
        else
        {
            foreach (string argument in plan.Command.Skip(1)) start.ArgumentList.Add(argument);
        }
        start.Environment.Clear();
        foreach ((string name, string value) in plan.Environment) start.Environment[name] = value;
        if (terminal) start.Environment["TERM"] = "xterm";
        start.Environment[ProcessTree.ClusterVariable] = Path.GetFullPath(options.DataDirectory);
        start.Environment[ProcessTree.ContainerVariable] = containerId[(containerId.LastIndexOf('/') + 1)..];
        return start;
    }

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private sealed class ExecProcess(Process process) : IExecProcess
    {
        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public Stream Errors => process.StandardError.BaseStream;

        public async Task<int> WaitAsync(CancellationToken ct)
        {
            await process.WaitForExitAsync(ct);
            return process.ExitCode;
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }
}
