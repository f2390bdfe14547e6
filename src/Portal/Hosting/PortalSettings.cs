using System.Globalization;
using Microsoft.Extensions.Options;

namespace Portal.Hosting;

/// <summary>Which cluster the portal works with.</summary>
public enum ClusterMode
{
    /// <summary>The embedded trial cluster, started with the portal.</summary>
    Embedded,

    /// <summary>A cluster named by a kubeconfig file.</summary>
    Kubeconfig,

    /// <summary>The cluster that the portal itself runs in.</summary>
    InCluster,

    /// <summary>None: pages and intent only.</summary>
    None,
}

/// <summary>Which part of the portal a process is.</summary>
public enum PortalPart
{
    /// <summary>All of it, in one process with one account.</summary>
    All,

    /// <summary>What people and programs speak to. Its account reads the cluster and changes nothing there.</summary>
    Web,

    /// <summary>What carries rows out in the cluster. It serves its health and its metrics, and nobody speaks to it.</summary>
    Reconciler,
}

/// <summary>What an installation can set, by configuration file, environment or command line.</summary>
/// <param name="Part"><c>Portal:Part</c>.</param>
/// <param name="DataDirectory"><c>Portal:DataDirectory</c>: database, keys and the embedded cluster's state; absolute.</param>
/// <param name="Postgres"><c>Database:Postgres</c>: connection string, or empty for SQLite in the data directory.</param>
/// <param name="Mode"><c>Cluster:Mode</c>.</param>
/// <param name="Kubeconfig"><c>Cluster:Kubeconfig</c>: file, needed by <see cref="ClusterMode.Kubeconfig"/>.</param>
/// <param name="ClusterName"><c>Cluster:Name</c>: what the cluster is called in the portal until an admin changes it.</param>
/// <param name="AllowedExecPlugins"><c>Cluster:AllowedExecPlugins</c>: programs that an uploaded kubeconfig may run; none by default.</param>
/// <param name="Sample"><c>Sample:Enabled</c>: fill an empty trial with the sample project.</param>
/// <param name="MetricsPort"><c>Metrics:Port</c>: the only port that serves /metrics; 0 serves it to loopback callers.</param>
public sealed record PortalSettings(
    PortalPart Part, string DataDirectory, string Postgres, ClusterMode Mode, string Kubeconfig, string ClusterName, IReadOnlyList<string> AllowedExecPlugins, bool Sample,
    int MetricsPort)
{
    /// <summary>People and programs can speak to this process.</summary>
    public bool ServesPeople => Part != PortalPart.Reconciler;

    /// <summary>This process changes clusters and does the work that no person waits for.</summary>
    public bool Reconciles => Part != PortalPart.Web;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="OptionsValidationException">A value cannot be used; the message says which and what is allowed.</exception>
    public static PortalSettings From(IConfiguration configuration)
    {
        var wrong = new List<string>();
        if (!Enum.TryParse<ClusterMode>(configuration["Cluster:Mode"] ?? nameof(ClusterMode.Embedded), ignoreCase: true, out var mode)
            || !Enum.IsDefined(mode))
        {
            wrong.Add($"Cluster:Mode is '{configuration["Cluster:Mode"]}'; it can be {string.Join(", ", Enum.GetNames<ClusterMode>())}.");
        }
        if (!Enum.TryParse<PortalPart>(configuration["Portal:Part"] ?? nameof(PortalPart.All), ignoreCase: true, out var part) || !Enum.IsDefined(part))
            wrong.Add($"Portal:Part is '{configuration["Portal:Part"]}'; it can be {string.Join(", ", Enum.GetNames<PortalPart>())}.");
        var postgres = configuration["Database:Postgres"] ?? "";
        if (part != PortalPart.All && postgres.Length == 0)
            wrong.Add($"Portal:Part is {part}, and its other part needs the same database: set Database:Postgres, since a SQLite file serves one process only.");
        if (part != PortalPart.All && mode is ClusterMode.Embedded or ClusterMode.None)
            wrong.Add($"Portal:Part is {part}, and both parts need the same cluster: Cluster:Mode can be {nameof(ClusterMode.Kubeconfig)} or {nameof(ClusterMode.InCluster)} then.");
        var kubeconfig = configuration["Cluster:Kubeconfig"] ?? "";
        if (mode == ClusterMode.Kubeconfig && !File.Exists(kubeconfig))
            wrong.Add($"Cluster:Kubeconfig names '{kubeconfig}', and there is no such file.");
        if (!bool.TryParse(configuration["Sample:Enabled"] ?? "true", out var sample))
            wrong.Add($"Sample:Enabled is '{configuration["Sample:Enabled"]}'; it can be true or false.");
        if (!ushort.TryParse(configuration["Metrics:Port"] ?? "0", out var metricsPort))
            wrong.Add($"Metrics:Port is '{configuration["Metrics:Port"]}'; it can be 0 to 65535.");
        foreach (var amount in new[] { "Cluster:RequestsPerSecond", "Cluster:Burst" })
        {
            if (configuration[amount] is { } asked && !(int.TryParse(asked, CultureInfo.InvariantCulture, out var requests) && requests > 0))
                wrong.Add($"{amount} is '{asked}'; it can be 1 or more.");
        }
        var name = configuration["Cluster:Name"] is { Length: > 0 } named ? named : mode == ClusterMode.Embedded ? "Trial" : "Main";
        if (wrong.Count > 0)
            throw new OptionsValidationException("Portal", typeof(PortalSettings), wrong);
        var directory = Path.GetFullPath(configuration["Portal:DataDirectory"] is { Length: > 0 } given ? given : ".data");
        return new(part, directory, postgres, mode, kubeconfig, name, configuration.GetSection("Cluster:AllowedExecPlugins").Get<string[]>() ?? [], sample, metricsPort);
    }
}
