using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Rules;

/// <summary>What a pod must be, alone or as a template.</summary>
internal static class PodRules
{
    private const string FrozenText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
        + "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly string[] Free = ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName", "schedulingGates"];
    private static readonly string[] Gated = ["nodeSelector", "affinity"];

    public static void Validate(JsonObject pod, JsonObject? old, Causes causes)
    {
        if (pod.Map("spec") is not { } spec)
        {
            causes.Required("spec.containers");
            return;
        }
        Spec(spec, "spec", causes);
        if (old?.Map("spec") is { } before && !Frozen(before).Equals(Frozen(spec), StringComparison.Ordinal)) causes.Forbidden("spec", FrozenText);
    }

    /// <param name="claims">Volumes that come by templates of a stateful set.</param>
    public static void Spec(JsonObject spec, string path, Causes causes, IEnumerable<string>? claims = null)
    {
        var volumes = Volumes(spec, path, causes);
        volumes.UnionWith(claims ?? []);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            var items = spec.Items(list);
            if (list == "containers" && items is not { Count: > 0 }) causes.Required($"{path}.containers");
            for (var i = 0; i < (items?.Count ?? 0); i++)
            {
                if (items![i] is JsonObject container) ContainerRules.Validate(container, $"{path}.{list}[{i}]", names, volumes, causes);
            }
        }
        OneOf(spec, "restartPolicy", path, causes, "Always", "OnFailure", "Never");
        OneOf(spec, "dnsPolicy", path, causes, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        if (spec.Whole("activeDeadlineSeconds") is < 1 and var deadline) causes.Invalid($"{path}.activeDeadlineSeconds", JsonValue.Create(deadline), "must be between 1 and 2147483647, inclusive");
        if (spec.Whole("terminationGracePeriodSeconds") is < 0 and var grace) causes.Invalid($"{path}.terminationGracePeriodSeconds", JsonValue.Create(grace), "must be greater than or equal to 0");
    }

    public static void OneOf(JsonObject tree, string field, string path, Causes causes, params string[] allowed)
    {
        if (tree.Text(field) is { } value && !allowed.Contains(value, StringComparer.Ordinal)) causes.NotSupported($"{path}.{field}", $"\"{value}\"", allowed);
    }

    private static HashSet<string> Volumes(JsonObject spec, string path, Causes causes)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        var volumes = spec.Items("volumes") ?? [];
        for (var i = 0; i < volumes.Count; i++)
        {
            var name = (volumes[i] as JsonObject)?.Text("name") ?? "";
            if (name.Length == 0) causes.Required($"{path}.volumes[{i}].name");
            else if (!Names.IsLabel(name)) causes.Invalid($"{path}.volumes[{i}].name", name, Names.LabelRule);
            else if (!names.Add(name)) causes.Duplicate($"{path}.volumes[{i}].name", name);
        }
        return names;
    }

    /// <summary>What may not change, as one text; a gated pod may still be told where to go.</summary>
    private static string Frozen(JsonObject spec)
    {
        var copy = (JsonObject)spec.DeepClone();
        foreach (var field in Free) copy.Remove(field);
        foreach (var field in Gated) copy.Remove(field);
        foreach (var container in PodDefaults.Containers(copy)) container.Remove("image");
        return string.Join('\n', copy.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Canonical(pair.Value)}"));
    }

    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Canonical(pair.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        null => "null",
        _ => System.Text.Encoding.UTF8.GetString(ObjectText.Write(node)),
    };
}
