using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>A process to start: program, arguments, variables and working directory, all host paths.</summary>
public sealed record ContainerPlan(
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory)
{
    /// <exception cref="NotReadyException">The environment refers to something that is missing.</exception>
    public static ContainerPlan From(IObjects objects, JsonObject pod, JsonObject container, KnownImage image, PodFolders folders, PodVolumes volumes)
    {
        PathTranslation paths = volumes.For(container);
        Dictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = folders.Home,
            ["TMPDIR"] = folders.Temporary,
            ["HOSTNAME"] = pod.Name(),
            // There is no network namespace: a server must listen on the pod's own address, so every container is told.
            ["POD_IP"] = pod.Text("status", "podIP") ?? "",
        };
        foreach ((string name, string value) in image.Environment) variables[name] = value;
        new ContainerEnvironment(objects, pod, container, paths).AddTo(variables);

        string[] command = [.. container.Texts("command")];
        string[] arguments = [.. container.Texts("args")];
        IEnumerable<string> line = command.Length > 0
            ? command.Concat(arguments)
            : image.Entrypoint.Concat(arguments.Length > 0 ? arguments : image.Arguments);
        string folder = container.Text("workingDir") is { Length: > 0 } asked ? WorkingFolder(asked, paths, folders) : folders.Home;
        return new ContainerPlan([.. line.Select(word => VariableExpansion.Expand(paths.Translate(word), variables))], variables, folder);
    }

    /// <summary>Where no volume is mounted a container would have its image's own folder: it gets one in the pod's, never one of this machine.</summary>
    private static string WorkingFolder(string asked, PathTranslation paths, PodFolders folders)
    {
        string translated = paths.Translate(asked);
        return translated != asked ? translated : folders.Inside(asked);
    }
}
