using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Ownership;

/// <summary>One entry of metadata.managedFields.</summary>
internal sealed record FieldManager(string Name, bool Applies, string ApiVersion, string Subresource)
{
    public FieldSet Fields { get; set; } = new();

    public string Time { get; set; } = "";

    public bool IsSame(FieldManager other) =>
        Name == other.Name && Applies == other.Applies && Subresource == other.Subresource && (Applies || ApiVersion == other.ApiVersion);
}

/// <summary>metadata.managedFields as a list of managers.</summary>
internal static class ManagedFields
{
    public static List<FieldManager> Read(JsonObject tree) =>
    [
        .. (tree.Items("metadata", "managedFields") ?? []).OfType<JsonObject>().Where(entry => entry.Text("manager") is not null).Select(entry =>
            new FieldManager(entry.Text("manager")!, entry.Text("operation") == "Apply", entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "")
            {
                Fields = FieldSet.Parse(entry.Map("fieldsV1")),
                Time = entry.Text("time") ?? "",
            }),
    ];

    public static void Write(JsonObject tree, IEnumerable<FieldManager> managers)
    {
        var metadata = tree.Ensure("metadata");
        metadata.Remove("managedFields");
        JsonArray entries =
        [
            .. managers.Where(manager => !manager.Fields.IsEmpty)
                .OrderBy(manager => manager.Applies ? 0 : 1).ThenBy(manager => manager.Time, StringComparer.Ordinal)
                .ThenBy(manager => manager.Name, StringComparer.Ordinal).Select(Entry),
        ];
        if (entries.Count > 0) metadata["managedFields"] = entries;
    }

    private static JsonObject Entry(FieldManager manager)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager.Name,
            ["operation"] = manager.Applies ? "Apply" : "Update",
            ["apiVersion"] = manager.ApiVersion,
            ["time"] = manager.Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = manager.Fields.ToJson(),
        };
        if (manager.Subresource.Length > 0) entry["subresource"] = manager.Subresource;
        return entry;
    }
}
