using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>The content of a ConfigMap or Secret, key by key.</summary>
internal static class ConfigData
{
    public static IReadOnlyDictionary<string, byte[]> Of(JsonObject body)
    {
        bool secret = body.Kind() == "Secret";
        Dictionary<string, byte[]> data = new(StringComparer.Ordinal);
        foreach ((string key, string value) in body.Pairs("data")) data[key] = secret ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
        foreach ((string key, string value) in body.Pairs("binaryData")) data[key] = Convert.FromBase64String(value);
        return data;
    }

    public static IReadOnlyDictionary<string, string> TextOf(JsonObject body) =>
        Of(body).ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value), StringComparer.Ordinal);
}
