using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>Finds the pods that an object makes, wherever its kind keeps them, and holds each to the server's own rules.</summary>
public static partial class PodTemplates
{
    /// <summary>The pod specs in an object with their paths; a kind whose controller adds containers shows what was given.</summary>
    public static IReadOnlyList<(string Path, JsonObject Spec)> Of(JsonObject manifest)
    {
        var found = new List<(string, JsonObject)>();
        if (manifest["kind"]?.ToString() is "Pod" && manifest["spec"] is JsonObject pod)
            found.Add(("spec", pod));
        else
            Walk(manifest["spec"], "spec", found);
        return found;
    }

    // A pod spec is what has containers; an InferenceService's predictor is one too, with a model instead.
    private static void Walk(JsonNode? node, string path, List<(string, JsonObject)> found)
    {
        switch (node)
        {
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                    Walk(array[i], $"{path}[{i}]", found);
                break;
            case JsonObject entry when entry["containers"] is JsonArray || (path.EndsWith("predictor", StringComparison.Ordinal) && entry["model"] is JsonObject):
                found.Add((path, entry));
                break;
            case JsonObject entry:
                foreach (var (name, child) in entry)
                    Walk(child, $"{path}.{name}", found);
                break;
        }
    }

    /// <summary>Every container of a pod, also those that start it and a model's.</summary>
    public static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        new[] { "containers", "initContainers", "ephemeralContainers" }.SelectMany(list => KindRules.Items(spec, list))
            .Concat(spec["model"] is JsonObject model ? [model] : []);

    /// <summary>What the API server would refuse although the schema allows it.</summary>
    public static IEnumerable<string> Problems(string path, JsonObject spec)
    {
        var volumes = KindRules.Items(spec, "volumes").Select(v => KindRules.Text(v, "name")).ToHashSet();
        foreach (var container in Containers(spec))
        {
            var name = KindRules.Text(container, "name");
            foreach (var mount in KindRules.Items(container, "volumeMounts").Where(m => !volumes.Contains(KindRules.Text(m, "name"))))
                yield return $"{path}: container {name} mounts {mount["name"]}, which is no volume";
            foreach (var variable in KindRules.Items(container, "env").Where(e => !Variable().IsMatch(KindRules.Text(e, "name"))))
                yield return $"{path}: \"{variable["name"]}\" is no name of a variable";
            foreach (var (resource, limit) in KindRules.At(container, "resources", "limits") as JsonObject ?? [])
            {
                var request = KindRules.At(container, "resources", "requests", resource)?.ToString() ?? limit!.ToString();
                var extended = resource.Contains('/', StringComparison.Ordinal);
                if (Amount(request) > Amount(limit!.ToString()) || (extended && request != limit.ToString()))
                    yield return $"{path}: container {name} asks for {request} of {resource} and may have {limit}";
            }
        }
        foreach (var volume in KindRules.Items(spec, "volumes").Where(v => v.Count != 2))
            yield return $"{path}: volume {volume["name"]} has not exactly one source";
    }

    private static decimal Amount(string quantity)
    {
        var number = decimal.Parse(Digits().Match(quantity).Value, CultureInfo.InvariantCulture);
        return number * (quantity[Digits().Match(quantity).Length..] switch
        {
            "m" => 0.001m,
            "k" => 1000m,
            "Ki" => 1024m,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            "M" => 1_000_000m,
            "G" => 1_000_000_000m,
            _ => 1m,
        });
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Digits();

    [GeneratedRegex(@"^[-._a-zA-Z][-._a-zA-Z0-9]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
