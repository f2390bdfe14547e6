using System.Runtime.InteropServices;
using System.Text;

namespace Portal.LocalCluster.Node;

/// <summary>
/// All processes of a container. They are known by a variable of their environment, which every child inherits, also
/// one that made a session of its own, as notebook kernels do; a process group alone would miss those.
/// </summary>
internal static class ProcessTree
{
    /// <summary>The data directory of the cluster a process belongs to: what is left over at the next start is found by it.</summary>
    public const string ClusterVariable = "PORTAL_LOCAL_CLUSTER";

    /// <summary>One run of the cluster.</summary>
    public const string BootVariable = "PORTAL_LOCAL_BOOT";

    /// <summary>One run of one container.</summary>
    public const string ContainerVariable = "PORTAL_LOCAL_CONTAINER";

    private const int Kill9 = 9;
    private const int Terminate = 15;

    public static void AskToStop(int pid) => _ = Kill(pid, Terminate);

    /// <summary>Kills everything that carries the variable with this value, and what it started while it was being killed.</summary>
    public static void KillAll(string variable, string value)
    {
        if (!OperatingSystem.IsLinux()) return;
        byte[] mark = Encoding.UTF8.GetBytes($"{variable}={value}");
        for (int round = 0; round < 10; round++)
        {
            int[] pids = [.. Find(mark)];
            if (pids.Length == 0) return;
            foreach (int pid in pids) _ = Kill(pid, Kill9);
            Thread.Sleep(5);
        }
    }

    public static bool Any(string variable, string value) => Find(Encoding.UTF8.GetBytes($"{variable}={value}")).Any();

    private static IEnumerable<int> Find(byte[] mark)
    {
        if (!Directory.Exists("/proc")) yield break;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out int pid) && Carries(folder, mark)) yield return pid;
        }
    }

    private static bool Carries(string folder, byte[] mark)
    {
        try
        {
            // A dead process that nobody has reaped yet has an empty environment: it does not count.
            ReadOnlySpan<byte> environment = File.ReadAllBytes(Path.Combine(folder, "environ"));
            foreach (Range part in environment.Split((byte)0))
            {
                if (environment[part].SequenceEqual(mark)) return true;
            }
            return false;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
