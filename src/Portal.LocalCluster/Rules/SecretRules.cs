using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Secrets: what each well-known type must have; a type stays what it was.</summary>
internal static class SecretRules
{
    private const string Account = "kubernetes.io/service-account.name";

    public static void Validate(JsonObject secret, JsonObject? old, Causes causes)
    {
        if (old is not null && old.Text("type") != secret.Text("type")) causes.Invalid("type", secret.Text("type"), "field is immutable");
        var data = secret.Map("data") ?? [];
        switch (secret.Text("type"))
        {
            case "kubernetes.io/dockerconfigjson":
                Configuration(data, ".dockerconfigjson", causes);
                break;
            case "kubernetes.io/dockercfg":
                Configuration(data, ".dockercfg", causes);
                break;
            case "kubernetes.io/tls":
                foreach (var key in (ReadOnlySpan<string>)["tls.crt", "tls.key"])
                {
                    if (!data.ContainsKey(key)) causes.Required($"data[{key}]");
                }
                break;
            case "kubernetes.io/basic-auth":
                if (data.ContainsKey("username") || data.ContainsKey("password")) break;
                causes.Required("data[username]");
                causes.Required("data[password]");
                break;
            case "kubernetes.io/ssh-auth":
                if (string.IsNullOrEmpty(data.Text("ssh-privatekey"))) causes.Required("data[ssh-privatekey]");
                break;
            case "kubernetes.io/service-account-token":
                if (string.IsNullOrEmpty(secret.Annotation(Account))) causes.Required($"metadata.annotations[{Account}]");
                break;
        }
    }

    private static void Configuration(JsonObject data, string key, Causes causes)
    {
        if (data.Text(key) is not { } encoded)
        {
            causes.Required($"data[{key}]");
            return;
        }
        try
        {
            using var _ = JsonDocument.Parse(Convert.FromBase64String(encoded));
        }
        catch (JsonException wrong)
        {
            causes.Invalid($"data[{key}]", "<secret contents redacted>", wrong.Message);
        }
    }
}
