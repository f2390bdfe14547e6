using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>Which objects a list or watch is about: namespace, labels, fields.</summary>
internal sealed class Selection
{
    private readonly LabelSelector _labels;
    private readonly IReadOnlyList<(int Field, string Value, bool Equal)> _fields;

    private Selection(string? ns, LabelSelector labels, IReadOnlyList<(int, string, bool)> fields)
    {
        Namespace = ns;
        _labels = labels;
        _fields = fields;
    }

    public string? Namespace { get; }

    /// <summary>No selector: counts of what remains can be told.</summary>
    public bool IsEverything => _labels.IsEmpty && _fields.Count == 0;

    public static Selection Of(ApiRequest request) =>
        new(request.Namespace, LabelSelector.Parse(request.Text("labelSelector")), [.. Fields(request.Type, request.Text("fieldSelector") ?? "")]);

    public bool Matches(StoredObject stored)
    {
        if (Namespace is not null && stored.Namespace != Namespace) return false;
        foreach (var (field, value, equal) in _fields)
        {
            var found = field switch { -1 => stored.Name, -2 => stored.Namespace, _ => stored.Fields[field] };
            if (found == value != equal) return false;
        }
        return _labels.Matches(stored.Labels);
    }

    private static IEnumerable<(int Field, string Value, bool Equal)> Fields(ResourceType type, string selector)
    {
        foreach (var (path, value, equal) in FieldSelector.Parse(selector))
        {
            var index = path switch { "metadata.name" => -1, "metadata.namespace" => -2, _ => type.SelectableFields.ToList().IndexOf(path) };
            if (index == -1 && path != "metadata.name") throw Unknown(type, path);
            yield return (index, value, equal);
        }
    }

    private static ApiException Unknown(ResourceType type, string path) => Refusals.BadRequest(
        type.Custom || type.SelectableFields.Count > 0
            ? $"field label not supported: {path}"
            : $"\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}
