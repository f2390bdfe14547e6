using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Node;

/// <summary>The variables of a container: envFrom, then env in order, each value seeing those before it. Nothing of the portal's own environment.</summary>
public sealed class ContainerEnvironment(IObjects objects, JsonObject pod, JsonObject container, PathTranslation paths)
{
    private const string Wrong = "CreateContainerConfigError";

    /// <remarks>Written values may name mount paths and are translated; values out of maps and secrets are taken as they are.</remarks>
    /// <exception cref="NotReadyException">A config map, secret, key or field it refers to is missing.</exception>
    public void AddTo(Dictionary<string, string> variables)
    {
        foreach (JsonObject source in container.Each("envFrom"))
        {
            JsonObject? body = source.Map("configMapRef") is { } config ? Referenced("configmaps", config) : Referenced("secrets", source.Part("secretRef"));
            if (body is null) continue;
            foreach ((string key, string value) in ConfigData.TextOf(body)) variables[source.Text("prefix") + key] = value;
        }
        foreach (JsonObject variable in container.Each("env"))
        {
            string? value = variable.Map("valueFrom") is { } from ? From(from) : VariableExpansion.Expand(paths.Translate(variable.Text("value") ?? ""), variables);
            if (value is not null) variables[variable.Text("name") ?? ""] = value;
        }
    }

    private string? From(JsonObject source)
    {
        if (source.Text("fieldRef", "fieldPath") is { } path) return PodFields.Value(pod, path);
        if (source.Map("resourceFieldRef") is { } resource) return Amount(resource);
        if (source.Map("configMapKeyRef") is { } config) return Key("configmaps", "ConfigMap", config);
        return source.Map("secretKeyRef") is { } secret ? Key("secrets", "Secret", secret) : null;
    }

    private string? Key(string resource, string kind, JsonObject reference)
    {
        if (Referenced(resource, reference) is not { } body) return null;
        string key = reference.Text("key") ?? "";
        if (ConfigData.TextOf(body).TryGetValue(key, out string? value)) return value;
        return reference.Is("optional") ? null : throw new NotReadyException(Wrong, $"couldn't find key {key} in {kind} {pod.Namespace()}/{body.Name()}");
    }

    private JsonObject? Referenced(string resource, JsonObject reference)
    {
        string name = reference.Text("name") ?? "";
        JsonObject? body = objects.Find(resource, pod.Namespace(), name);
        return body is null && !reference.Is("optional") ? throw new NotReadyException(Wrong, $"{resource.TrimEnd('s')} \"{name}\" not found") : body;
    }

    private string Amount(JsonObject reference)
    {
        string[] path = (reference.Text("resource") ?? "").Split('.', 2);
        JsonObject of = reference.Text("containerName") is { } name
            ? pod.Each("spec", "containers").FirstOrDefault(other => other.Text("name") == name) ?? container
            : container;
        decimal amount = ResourceAmounts.From(of.Map("resources", path[0])).Of(path[^1]);
        decimal divisor = Quantity.TryParse(reference.Text("divisor"), out Quantity unit) && unit.Value > 0 ? unit.Value : 1;
        return new Quantity(Math.Ceiling(amount / divisor)).Ceiling.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
