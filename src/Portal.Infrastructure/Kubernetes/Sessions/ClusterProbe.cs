using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Exceptions;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>Tries clusters over a line of its own, so that a try neither waits for nor disturbs the portal's work on the cluster.</summary>
internal sealed class ClusterProbe(
    ClusterLines lines, ClusterVault vault, KubernetesOptions options, ProjectClusterOptions projects, TimeProvider clock) : IClusterProbe
{
    /// <summary>Server-side apply, suspended Jobs and network policies are stable here, and a Job says which failures count without a feature gate.</summary>
    private const int OldestMinor = 26;
    private const int AtOnce = 8;

    public Result<ClusterWay> Read(ClusterCredentials given)
    {
        if (given.Connection == ClusterConnectionKind.InCluster)
            return k8s.KubernetesClientConfiguration.IsInCluster() ? new ClusterWay("", "") : new Refusal("kubeconfig.not_in_cluster", Field: "Connection");
        if (given.Connection == ClusterConnectionKind.Installation)
            return new Refusal("kubeconfig.installation", Field: "Connection");
        var read = KubeconfigReader.Read(given, options.AllowedExecPlugins);
        return read.Succeeded ? new ClusterWay(read.Value.Server, vault.Seal(read.Value.Kubeconfig)) : read.Refusal;
    }

    public async Task<ClusterCheck> TryAsync(ClusterRegistration cluster, CancellationToken ct)
    {
        if (lines.Of(cluster) is not { } line)
            return ClusterCheck.Failed("check.no_credentials");
        using var connection = new ClusterConnection(line, options.ForProbe(), clock);
        var discovery = new ClusterDiscovery(connection, clock);
        try
        {
            var capabilities = await discovery.GetAsync(fresh: true, ct);
            if (capabilities.Served.Count == 0)
                throw new ClusterException(ClusterFailure.NotFound, "It answers, and serves nothing that a Kubernetes API serves.");
            if (IsTooOld(capabilities.Version))
                return ClusterCheck.Failed("check.too_old", "", ("version", capabilities.Version), ("oldest", $"v1.{OldestMinor}"));
            // The roles of the installation's own accounts are there in its own cluster alone.
            var given = cluster.Connection is ClusterConnectionKind.Installation or ClusterConnectionKind.InCluster ? projects.Bindings.Select(b => b.Role) : [];
            var check = await RightsAsync(connection, ClusterNeeds.For(capabilities, [.. given], outside: !line.ReachesPods(capabilities.IsEmbedded)), ct);
            return check.Problem.Length == 0 ? check with { Identity = await IdentityAsync(connection, ct) } : check;
        }
        catch (ClusterException failure)
        {
            return await FindingAsync(failure, cluster.Server, connection, ct);
        }
    }

    /// <summary>A version that says nothing is taken for a new one.</summary>
    internal static bool IsTooOld(string version)
    {
        var parts = version.TrimStart('v').Split('.', '+', '-');
        return parts.Length > 1 && int.TryParse(parts[0], out var major) && int.TryParse(parts[1], out var minor)
            && (major < 1 || (major == 1 && minor < OldestMinor));
    }

    private static async Task<ClusterCheck> RightsAsync(ClusterConnection connection, IReadOnlyList<ClusterRight> needed, CancellationToken ct)
    {
        var missing = new bool[needed.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, needed.Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (i, token) => missing[i] = !await MayAsync(connection, needed[i], token));
        var lacking = needed.Where((_, i) => missing[i]).ToLookup(r => r.IsOptional, r => r.ToString());
        return needed.Count > 0 && lacking.Sum(l => l.Count()) == needed.Count
            ? ClusterCheck.Failed("check.no_rights")
            : new ClusterCheck("", "", [.. lacking[false]]) { MissingOptional = [.. lacking[true]] };
    }

    private static async Task<string> IdentityAsync(ClusterConnection connection, CancellationToken ct)
    {
        try
        {
            var key = ClusterCheck.IdentityNamespace;
            var response = await connection.SendAsync(HttpMethod.Get, $"{key.Type.Path(null)}/{key.Name}", ct);
            return (await connection.ReadAsync(response, ct)).Text("metadata", "uid") ?? "";
        }
        catch (ClusterException)
        {
            // The rights were asked for already: an account that may not read it is found no fault with.
            return "";
        }
    }

    private static async Task<bool> MayAsync(ClusterConnection connection, ClusterRight right, CancellationToken ct)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = right.Verb,
                    ["group"] = right.Group,
                    ["resource"] = right.Resource,
                    ["subresource"] = right.Subresource,
                    ["name"] = right.Name,
                },
            },
        }.ToJsonString();
        var response = await connection.SendAsync(HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ct,
            () => new StringContent(review, Encoding.UTF8, "application/json"));
        return (await connection.ReadAsync(response, ct)).Text("status", "allowed") == "true";
    }

    private static async Task<ClusterCheck> FindingAsync(ClusterException failure, string server, ClusterConnection connection, CancellationToken ct)
    {
        if (failure.Failure == ClusterFailure.Unauthorized)
            return ClusterCheck.Failed("check.unauthorized", failure.Message);
        if (failure.Failure == ClusterFailure.Forbidden)
            return ClusterCheck.Failed("check.no_rights", failure.Message);
        // The program that gives the credentials out is run before anything is sent.
        if (Causes(failure).OfType<KubeConfigException>().FirstOrDefault() is { } login)
            return ClusterCheck.Failed("check.sign_in", failure.Message, ("reason", login.Message.Split('\n')[0].Trim()));
        var address = server.Length > 0 ? server : connection.Line.IsOwn ? "" : Address(connection);
        var problem = Causes(failure).Select(Problem).FirstOrDefault(p => p.Length > 0) ?? "check.unreachable";
        if (problem == "check.certificate")
            return await CertificateTrial.LookAsync(address, connection.ServerName, failure.Message, ct);
        return ClusterCheck.Failed(problem, failure.Message, ("server", address));
    }

    private static string Problem(Exception cause) => cause switch
    {
        AuthenticationException => "check.certificate",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "check.name_unknown",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "check.refused",
        OperationCanceledException => "check.silent",
        JsonException => "check.not_kubernetes",
        ClusterException { Failure: ClusterFailure.NotFound or ClusterFailure.Invalid } => "check.not_kubernetes",
        _ => "",
    };

    private static string Address(ClusterConnection connection)
    {
        try
        {
            return connection.Address;
        }
        catch (ClusterException)
        {
            return "";
        }
    }

    // The innermost says most.
    private static IEnumerable<Exception> Causes(Exception failure)
    {
        var causes = new List<Exception>();
        for (var e = failure; e is not null; e = e.InnerException)
            causes.Add(e);
        causes.Reverse();
        return causes;
    }
}
