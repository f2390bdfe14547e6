using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Where a pod's files are: a folder of its own while the pod object exists, and its claims' folders, which outlive it.</summary>
public sealed class PodFolders(string dataDirectory, JsonObject pod)
{
    public string Root { get; } = Path.Combine(PodsOf(dataDirectory), pod.Uid());

    public string Home => Path.Combine(Root, "home");

    public string Temporary => Path.Combine(Root, "tmp");

    /// <summary>A container's own path that is on no volume.</summary>
    public string Inside(string path)
    {
        string root = Path.Combine(Root, "root");
        string inside = Path.GetFullPath(Path.Combine(root, path.TrimStart('/')));
        return inside.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? inside : root;
    }

    public string Volume(string name) => Path.Combine(Root, "volumes", name);

    public string Log(string container, long run) => LogOf(Root, container, run);

    public string Claim(string name) => ClaimOf(dataDirectory, pod.Namespace() ?? "", name);

    public static string PodsOf(string dataDirectory) => Path.GetFullPath(Path.Combine(dataDirectory, "pods"));

    public static string LogOf(string root, string container, long run) =>
        Path.Combine(root, "logs", FormattableString.Invariant($"{container}.{run}.log"));

    public static string ClaimOf(string dataDirectory, string ns, string name) =>
        Path.GetFullPath(Path.Combine(dataDirectory, "volumes", ns, name));

    public void Make()
    {
        Private(Root);
        Private(Home);
        Private(Temporary);
        Private(Path.Combine(Root, "logs"));
    }

    /// <summary>A folder only the cluster's own user can enter.</summary>
    public static void Private(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Remove()
    {
        if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
    }
}
