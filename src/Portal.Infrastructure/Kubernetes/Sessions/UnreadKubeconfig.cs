using YamlDotNet.Serialization;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// What the client's own model of a kubeconfig leaves out and that says how the cluster is reached: read so that it is never
/// dropped in silence.
/// </summary>
internal sealed class UnreadKubeconfig
{
    public List<UnreadCluster?>? Clusters { get; set; }

    public List<UnreadUser?>? Users { get; set; }

    /// <summary>True when the cluster of that name is reached by way of a proxy.</summary>
    public bool HasProxy(string? name) =>
        !string.IsNullOrEmpty((Clusters ?? []).FirstOrDefault(c => c is not null && c.Name == name)?.Cluster?.ProxyUrl);

    /// <summary>True when the user of that name acts under the identifier of another.</summary>
    public bool HasIdentifier(string? name) =>
        !string.IsNullOrEmpty((Users ?? []).FirstOrDefault(u => u is not null && u.Name == name)?.User?.Identifier);

    /// <summary>True when any user acts with further attributes of another; the client takes a list of their values for no kubeconfig.</summary>
    public bool HasExtra => (Users ?? []).Any(u => u?.User?.Extra?.Count > 0);

    internal sealed class UnreadCluster
    {
        public string? Name { get; set; }

        public Endpoint? Cluster { get; set; }
    }

    internal sealed class Endpoint
    {
        [YamlMember(Alias = "proxy-url", ApplyNamingConventions = false)]
        public string? ProxyUrl { get; set; }
    }

    internal sealed class UnreadUser
    {
        public string? Name { get; set; }

        public Login? User { get; set; }
    }

    internal sealed class Login
    {
        [YamlMember(Alias = "as-uid", ApplyNamingConventions = false)]
        public string? Identifier { get; set; }

        [YamlMember(Alias = "as-user-extra", ApplyNamingConventions = false)]
        public Dictionary<string, object?>? Extra { get; set; }
    }
}
