using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>What a container must be.</summary>
internal static class ContainerRules
{
    public static void Validate(JsonObject container, string path, HashSet<string> names, HashSet<string> volumes, Causes causes)
    {
        var name = container.Text("name") ?? "";
        if (name.Length == 0) causes.Required($"{path}.name");
        else if (!Names.IsLabel(name)) causes.Invalid($"{path}.name", name, Names.LabelRule);
        else if (!names.Add(name)) causes.Duplicate($"{path}.name", name);
        if (string.IsNullOrEmpty(container.Text("image"))) causes.Required($"{path}.image");
        PodRules.OneOf(container, "imagePullPolicy", path, causes, "Always", "IfNotPresent", "Never");
        Ports(container, path, causes);
        Mounts(container, path, volumes, causes);
        Resources(container, path, causes);
    }

    private static void Ports(JsonObject container, string path, Causes causes)
    {
        var ports = container.Items("ports") ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i] is not JsonObject port) continue;
            if (port.Whole("containerPort") is < 1 or > 65535)
                causes.Invalid($"{path}.ports[{i}].containerPort", port["containerPort"], "must be between 1 and 65535, inclusive");
            PodRules.OneOf(port, "protocol", $"{path}.ports[{i}]", causes, "SCTP", "TCP", "UDP");
        }
    }

    private static void Mounts(JsonObject container, string path, HashSet<string> volumes, Causes causes)
    {
        var mounts = container.Items("volumeMounts") ?? [];
        HashSet<string> places = new(StringComparer.Ordinal);
        for (var i = 0; i < mounts.Count; i++)
        {
            if (mounts[i] is not JsonObject mount) continue;
            if (mount.Text("name") is { } volume && !volumes.Contains(volume))
                causes.Add("FieldValueNotFound", $"Not found: \"{volume}\"", $"{path}.volumeMounts[{i}].name");
            if (mount.Text("mountPath") is { Length: > 0 } place && !places.Add(place)) causes.Invalid($"{path}.volumeMounts[{i}].mountPath", place, "must be unique");
        }
    }

    private static void Resources(JsonObject container, string path, Causes causes)
    {
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (resource, value) in container.Map("resources", list) ?? [])
            {
                var at = $"{path}.resources.{list}[{resource}]";
                LimitRules.Container(resource, at, causes);
                if (!Quantity.TryParse(value.AsText(), out var amount)) continue;
                if (amount.Value < 0) causes.Invalid(at, value, "must be greater than or equal to 0");
                if (IsExtended(resource) && decimal.Truncate(amount.Value) != amount.Value) causes.Invalid(at, value, "must be an integer");
            }
        }
        foreach (var (resource, value) in container.Map("resources", "requests") ?? [])
        {
            var limit = container.Text("resources", "limits", resource);
            var at = $"{path}.resources.requests";
            if (limit is null)
            {
                if (IsExtended(resource)) causes.Required($"{path}.resources.limits", "Limit must be set for non overcommitable resources");
                continue;
            }
            if (!Quantity.TryParse(value.AsText(), out var request) || !Quantity.TryParse(limit, out var most)) continue;
            if (IsExtended(resource) && request != most) causes.Invalid(at, value, $"must be equal to {resource} limit of {most}");
            else if (request > most) causes.Invalid(at, value, $"must be less than or equal to {resource} limit of {most}");
        }
    }

    private static bool IsExtended(string resource) => resource.Contains('/', StringComparison.Ordinal);
}
