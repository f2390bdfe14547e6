using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>A Kubernetes condition.</summary>
public sealed record Condition(string Type, string Status, string Reason, string Message)
{
    /// <summary>Says <c>True</c>.</summary>
    public bool IsTrue => Status == "True";

    /// <summary>Says <c>False</c>; neither this nor <see cref="IsTrue"/> when the status is <c>Unknown</c>.</summary>
    public bool IsFalse => Status == "False";

    /// <summary>The conditions in <c>status.conditions</c> of an object.</summary>
    public static IReadOnlyList<Condition> From(JsonNode? manifest) =>
        [.. manifest.Items("status", "conditions").Select(c => new Condition(
            c.Text("type") ?? "", c.Text("status") ?? "", c.Text("reason") ?? "", c.Text("message") ?? ""))];

    /// <summary>One condition of an object by its type, or null.</summary>
    public static Condition? Find(JsonNode? manifest, string type) => From(manifest).FirstOrDefault(c => c.Type == type);
}
