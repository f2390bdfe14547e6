using System.Text.Json;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Components.Pages.Clusters;

/// <summary>What is typed into the forms of a cluster.</summary>
public sealed class ClusterForm
{
    /// <summary>Made with the form; sending it twice registers one cluster.</summary>
    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    public string Region { get; set; } = "";

    public ClusterKind Kind { get; set; }

    public HashSet<DataClass> DataClasses { get; private init; } = [DataClass.Public, DataClass.Internal];

    /// <summary>One <c>key=value</c> a line.</summary>
    public string Labels { get; set; } = "";

    /// <summary>One range a line, or with commas.</summary>
    public string ControlPlaneRanges { get; set; } = "";

    /// <summary>One range a line, or with commas.</summary>
    public string PortalRanges { get; set; } = "";

    public bool TakesProjects { get; set; } = true;

    public ClusterConnectionKind Connection { get; set; } = ClusterConnectionKind.Kubeconfig;

    public string Kubeconfig { get; set; } = "";

    public string Context { get; set; } = "";

    public string Server { get; set; } = "";

    public string Token { get; set; } = "";

    public string CertificateAuthority { get; set; } = "";

    /// <summary>Of the cluster that it was filled from.</summary>
    public long Generation { get; set; }

    public Refusal? Refused { get; set; }

    /// <summary>The form of a cluster that is there; its credentials are not shown again.</summary>
    public static ClusterForm From(ClusterRegistration row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Region = row.Region,
        Kind = row.Kind,
        DataClasses = [.. row.DataClasses],
        Labels = string.Join('\n', row.Labels.Select(l => $"{l.Key}={l.Value}")),
        ControlPlaneRanges = string.Join('\n', row.ControlPlaneRanges),
        PortalRanges = string.Join('\n', row.PortalRanges),
        TakesProjects = row.TakesProjects,
        Generation = row.Generation,
    };

    /// <summary>The refusal of a field, if there is one.</summary>
    public Refusal? RefusalOf(string field) => Refused?.Field == field ? Refused : null;

    /// <summary>As the service takes it for a new registration.</summary>
    public ClusterDraft ToDraft() => new(Id, Name, ToCredentials())
    {
        Region = Region,
        Kind = Kind,
        DataClasses = [.. DataClasses],
        Labels = Parsed,
        ControlPlaneRanges = Ranges(ControlPlaneRanges),
        PortalRanges = Ranges(PortalRanges),
        TakesProjects = TakesProjects,
    };

    /// <summary>As the service takes it for a change.</summary>
    public ClusterContent ToContent() => new(Name)
    {
        Region = Region,
        Kind = Kind,
        DataClasses = [.. DataClasses],
        Labels = Parsed,
        ControlPlaneRanges = Ranges(ControlPlaneRanges),
        PortalRanges = Ranges(PortalRanges),
        TakesProjects = TakesProjects,
    };

    /// <summary>What the form says about the cluster, to be compared; how it is reached is not in it.</summary>
    public string Said => JsonSerializer.Serialize(ToContent());

    /// <summary>The way to the cluster.</summary>
    public ClusterCredentials ToCredentials() => new(Connection, Kubeconfig, Context.Trim())
    {
        Server = Server,
        Token = Token,
        CertificateAuthority = CertificateAuthority,
    };

    /// <summary>Credentials leave the form once they were sent.</summary>
    public void ForgetCredentials() => (Kubeconfig, Token) = ("", "");

    private static string[] Ranges(string text) =>
        text.Split(['\n', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Dictionary<string, string> Parsed => Labels.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries)).GroupBy(p => p[0])
        .ToDictionary(g => g.Key, g => g.Last() is [_, var value] ? value : "");
}
