using Portal.Core.Projects;

namespace Portal.Core.Clusters;

/// <summary>What an admin says about a cluster and may change later.</summary>
public record ClusterContent(string Name)
{
    /// <summary>Where it stands; empty takes projects of every region.</summary>
    public string Region { get; init; } = "";

    /// <summary>What it stands on; for people, no rule asks it.</summary>
    public ClusterKind Kind { get; init; }

    /// <summary>Data that its projects may hold.</summary>
    public IReadOnlyList<DataClass> DataClasses { get; init; } = Enum.GetValues<DataClass>();

    /// <summary>Notes of the organisation, for people.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>From where its API server reaches pods, as CIDR.</summary>
    public IReadOnlyList<string> ControlPlaneRanges { get; init; } = [];

    /// <summary>Where the portal is, seen from its pods, as CIDR.</summary>
    public IReadOnlyList<string> PortalRanges { get; init; } = [];

    /// <summary>False keeps new projects away; those on it stay.</summary>
    public bool TakesProjects { get; init; } = true;

    internal string StoredName => Name.Trim().Normalize();
}

/// <summary>What the form for a new registration holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record ClusterDraft(Guid Id, string Name, ClusterCredentials Credentials) : ClusterContent(Name);

/// <summary>How the portal is to reach a cluster. Never logged, never shown again.</summary>
/// <param name="Kubeconfig">Text of a kubeconfig, for <see cref="ClusterConnectionKind.Kubeconfig"/>.</param>
/// <param name="Context">Which of its contexts; may be empty where it has one.</param>
public sealed record ClusterCredentials(ClusterConnectionKind Connection, string Kubeconfig = "", string Context = "")
{
    /// <summary>Address of the API server, for <see cref="ClusterConnectionKind.Token"/>.</summary>
    public string Server { get; init; } = "";

    /// <summary>Bearer token of the portal's account, for <see cref="ClusterConnectionKind.Token"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>Certificate of the authority in PEM; empty for one that the operating system trusts.</summary>
    public string CertificateAuthority { get; init; } = "";

    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Connection);
        return true;
    }
}
