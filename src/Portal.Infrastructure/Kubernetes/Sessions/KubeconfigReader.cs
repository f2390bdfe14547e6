using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.KubeConfigModels;
using Portal.Core.Clusters;
using Portal.Core.Results;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// Makes one plain kubeconfig, with one context and everything embedded, out of what an admin gave. Whatever would have the
/// portal read its own files, run a program or trust anybody is refused with what to do about it.
/// </summary>
internal static class KubeconfigReader
{
    /// <param name="allowedPlugins">Names of exec plugins that may run on the portal's machine.</param>
    public static Result<(string Server, string Kubeconfig)> Read(ClusterCredentials given, IReadOnlyCollection<string> allowedPlugins) =>
        given.Connection == ClusterConnectionKind.Token ? FromToken(given) : FromKubeconfig(given, allowedPlugins);

    private static Result<(string, string)> FromToken(ClusterCredentials given)
    {
        if (Server(given.Server, "Server") is { } bad)
            return bad;
        if (given.Token.Trim().Length == 0)
            return new Refusal("kubeconfig.token_empty", Field: "Token");
        var authority = given.CertificateAuthority.Trim();
        if (authority.Length > 0 && !IsCertificate(authority))
            return new Refusal("kubeconfig.authority_bad", Field: "CertificateAuthority");
        return Write(given.Server.Trim(), authority.Length > 0 ? Base64(authority) : null, null, new JsonObject { ["token"] = given.Token.Trim() });
    }

    private static Result<(string, string)> FromKubeconfig(ClusterCredentials given, IReadOnlyCollection<string> allowedPlugins)
    {
        if (given.Kubeconfig.Length > ClusterRules.KubeconfigLimit)
            return new Refusal("kubeconfig.large", Field: "Kubeconfig").With("limit", ClusterRules.KubeconfigLimit / 1024);
        if (Parse<UnreadKubeconfig>(given.Kubeconfig) is not { } unread)
            return new Refusal("kubeconfig.not_yaml", Field: "Kubeconfig");
        if (unread.HasExtra)
            return Impersonation("as-user-extra");
        if (Parse<K8SConfiguration>(given.Kubeconfig) is not { } config)
            return new Refusal("kubeconfig.not_yaml", Field: "Kubeconfig");
        // An entry of a list may be written as nothing at all.
        var contexts = (config.Contexts ?? []).Where(c => c?.ContextDetails is not null).ToList();
        if (contexts.Count == 0)
            return new Refusal("kubeconfig.no_context", Field: "Kubeconfig");
        if (given.Context.Length == 0 && contexts.Count > 1)
            return new Refusal("kubeconfig.contexts", Field: "Context").With("names", string.Join(", ", contexts.Select(c => c.Name)));
        var context = given.Context.Length == 0 ? contexts[0] : contexts.FirstOrDefault(c => c.Name == given.Context);
        if (context is null)
            return new Refusal("kubeconfig.context_unknown", Field: "Context").With("context", given.Context).With("names", string.Join(", ", contexts.Select(c => c.Name)));
        var (clusterName, userName) = (context.ContextDetails.Cluster, context.ContextDetails.User);
        var cluster = (config.Clusters ?? []).FirstOrDefault(c => c is not null && c.Name == clusterName)?.ClusterEndpoint;
        var user = (config.Users ?? []).FirstOrDefault(u => u is not null && u.Name == userName)?.UserCredentials;
        if (cluster is null || user is null)
            return new Refusal("kubeconfig.incomplete", Field: "Kubeconfig").With("context", context.Name);
        if ((Server(cluster.Server, "Kubeconfig") ?? Endpoint(cluster, unread.HasProxy(clusterName))
            ?? Login(user, unread.HasIdentifier(userName), allowedPlugins)) is { } refused)
            return refused;
        return Write(cluster.Server.Trim(), cluster.CertificateAuthorityData, cluster.TlsServerName, User(user));
    }

    private static T? Parse<T>(string text) where T : class
    {
        try
        {
            return KubernetesYaml.Deserialize<T>(text);
        }
        catch (Exception e) when (e is YamlDotNet.Core.YamlException or InvalidCastException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static Refusal? Server(string? address, string field)
    {
        var text = address?.Trim() ?? "";
        if (text.Length > ClusterRules.ServerLimit || !Uri.TryCreate(text, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
            return new Refusal("kubeconfig.server_bad", Field: field).With("server", text.Length > 80 ? text[..80] : text);
        // Without TLS anybody on the way reads the credentials.
        return server.Scheme == "http" && !server.IsLoopback ? new Refusal("kubeconfig.server_plain", Field: field).With("server", text) : null;
    }

    private static Refusal? Endpoint(ClusterEndpoint cluster, bool throughProxy)
    {
        if (throughProxy)
            return new Refusal("kubeconfig.proxy", Field: "Kubeconfig");
        if (!string.IsNullOrEmpty(cluster.CertificateAuthority))
            return new Refusal("kubeconfig.files", Field: "Kubeconfig").With("field", "certificate-authority");
        if (cluster.SkipTlsVerify)
            return new Refusal("kubeconfig.insecure", Field: "Kubeconfig");
        return !string.IsNullOrEmpty(cluster.CertificateAuthorityData) && !IsCertificate(FromBase64(cluster.CertificateAuthorityData))
            ? new Refusal("kubeconfig.authority_bad", Field: "Kubeconfig") : null;
    }

    // Without it the portal would act with the rights of whoever signs in, which are more than the file gives.
    private static Refusal Impersonation(string field) => new Refusal("kubeconfig.impersonation", Field: "Kubeconfig").With("field", field);

    private static Refusal? Login(UserCredentials user, bool byIdentifier, IReadOnlyCollection<string> allowedPlugins)
    {
        if (!string.IsNullOrEmpty(user.ClientCertificate) || !string.IsNullOrEmpty(user.ClientKey))
            return new Refusal("kubeconfig.files", Field: "Kubeconfig").With("field", string.IsNullOrEmpty(user.ClientKey) ? "client-certificate" : "client-key");
        if (!string.IsNullOrEmpty(user.Impersonate) || user.ImpersonateGroups?.Any() == true || byIdentifier)
            return Impersonation(!string.IsNullOrEmpty(user.Impersonate) ? "as" : byIdentifier ? "as-uid" : "as-groups");
        if (user.AuthProvider is not null)
            return new Refusal("kubeconfig.auth_provider", Field: "Kubeconfig").With("name", user.AuthProvider.Name);
        if (user.ExternalExecution is { } plugin)
        {
            return allowedPlugins.Contains(plugin.Command, StringComparer.Ordinal) ? null
                : new Refusal("kubeconfig.exec", Field: "Kubeconfig").With("command", plugin.Command)
                    .With("allowed", allowedPlugins.Count == 0 ? "–" : string.Join(", ", allowedPlugins));
        }
        if (!string.IsNullOrEmpty(user.ClientCertificateData))
            return ClientCertificate(user);
        return string.IsNullOrEmpty(user.Token) ? new Refusal("kubeconfig.no_login", Field: "Kubeconfig") : null;
    }

    private static Refusal? ClientCertificate(UserCredentials user)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(FromBase64(user.ClientCertificateData), FromBase64(user.ClientKeyData ?? ""));
            return certificate.NotAfter.ToUniversalTime() < DateTime.UtcNow
                ? new Refusal("check.client_certificate_expired", Field: "Kubeconfig").With("day", Day(certificate.NotAfter)) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return new Refusal("kubeconfig.client_certificate_bad", Field: "Kubeconfig");
        }
    }

    private static JsonObject User(UserCredentials user)
    {
        var login = new JsonObject();
        if (!string.IsNullOrEmpty(user.ClientCertificateData))
            (login["client-certificate-data"], login["client-key-data"]) = (user.ClientCertificateData, user.ClientKeyData);
        if (!string.IsNullOrEmpty(user.Token))
            login["token"] = user.Token;
        if (user.ExternalExecution is { } plugin)
        {
            login["exec"] = new JsonObject
            {
                ["apiVersion"] = plugin.ApiVersion,
                ["command"] = plugin.Command,
                ["interactiveMode"] = "Never",
                ["args"] = new JsonArray([.. (plugin.Arguments ?? []).Select(a => (JsonNode)a)]),
                ["env"] = new JsonArray([.. (plugin.EnvironmentVariables ?? []).Where(v => v is not null).Select(v =>
                    (JsonNode)new JsonObject([.. v.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))]))]),
            };
        }
        return login;
    }

    // JSON is YAML.
    private static Result<(string, string)> Write(string server, string? authority, string? serverName, JsonObject user)
    {
        var cluster = new JsonObject { ["server"] = server };
        if (!string.IsNullOrEmpty(authority))
            cluster["certificate-authority-data"] = authority;
        if (!string.IsNullOrEmpty(serverName))
            cluster["tls-server-name"] = serverName;
        return (server, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "c", ["cluster"] = cluster }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = "u", ["user"] = user }),
            ["contexts"] = new JsonArray(new JsonObject { ["name"] = "c", ["context"] = new JsonObject { ["cluster"] = "c", ["user"] = "u" } }),
            ["current-context"] = "c",
        }.ToJsonString());
    }

    // A bundle whose end was cut off has one that begins and is none.
    private static bool IsCertificate(string pem)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
            return found.Count > 0 && found.Count == pem.Split("-----BEGIN CERTIFICATE-----").Length - 1;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in found)
                certificate.Dispose();
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string FromBase64(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : "";
    }

    internal static string Day(DateTime at) => at.ToUniversalTime().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
