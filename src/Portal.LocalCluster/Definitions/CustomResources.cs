using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Definitions;

/// <summary>Serves what CustomResourceDefinitions define, from the moment their names are accepted until they are gone.</summary>
internal sealed class CustomResources
{
    public const string Resource = "customresourcedefinitions.apiextensions.k8s.io";
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private static readonly WriteOptions Options = new("local-cluster", Validation: FieldValidation.Ignore);

    private readonly ObjectRegistry _registry;
    private readonly TimeProvider _clock;

    private readonly LocalClusterOptions _options;

    // The names of every definition, so that none is read again for those of its group. Under the store's gate.
    private readonly Dictionary<string, (string Group, JsonObject Accepted, bool Settled)> _names = new(StringComparer.Ordinal);

    public CustomResources(ObjectRegistry registry, LocalClusterOptions options, TimeProvider clock)
    {
        _registry = registry;
        _options = options;
        _clock = clock;
        registry.Listen(OnWritten);
    }

    private ResourceType Type => _registry.Catalog.Stored(Resource)!;

    /// <summary>Serves what the last run had defined, then defines what the cluster brings along.</summary>
    public void Start()
    {
        foreach (var stored in _registry.Store.Shelf(Type).Objects(ns: null).ToList())
        {
            var definition = stored.Read();
            Note(definition);
            Serve(definition);
        }
        foreach (var definition in Embedded(_options.Operators, _options.KueueVersions))
        {
            if (_registry.Store.Find(Type, ns: null, definition.Name()) is null)
            {
                _registry.Create(Type, ns: null, definition, Options);
                continue;
            }
            _registry.Change(Type, ns: null, definition.Name(), Options, present =>
            {
                present["spec"] = definition["spec"]!.DeepClone();
                return present;
            });
        }
    }

    /// <param name="operators">Whose definitions; all when null. A file is named <c>plural.operator.yaml</c>.</param>
    /// <param name="kueueVersions">The versions that Kueue's are served in; all when null.</param>
    public static IEnumerable<JsonObject> Embedded(ISet<string>? operators = null, ICollection<string>? kueueVersions = null)
    {
        var assembly = typeof(CustomResources).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("definitions/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (operators?.Contains(name[(name.LastIndexOf('.') + 1)..]) == false) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            foreach (var definition in YamlText.ParseAll(reader.ReadToEnd())) yield return KueueDefinitions.Serve(definition, kueueVersions ?? [KueueConversion.Newer, KueueConversion.Older]);
        }
    }

    /// <summary>The types of a definition's versions, the stored one first, be it served or not.</summary>
    public static IReadOnlyList<ResourceType> TypesOf(JsonObject definition)
    {
        var names = (DefinitionNames.IsEstablished(definition) ? definition.Map("status", "acceptedNames") : null) ?? definition.Map("spec", "names") ?? [];
        var group = definition.Text("spec", "group") ?? "";
        var kind = names.Text("kind") ?? "";
        return
        [
            .. (definition.Items("spec", "versions") ?? []).OfType<JsonObject>().Where(version => version.Flag("served") == true || version.Flag("storage") == true)
                .OrderBy(version => version.Flag("storage") == true ? 0 : 1)
                .Select(version => new ResourceType(group, version.Text("name") ?? "", kind, names.Text("plural") ?? "")
                {
                    Singular = names.Text("singular") ?? kind.ToLowerInvariant(),
                    ListKind = names.Text("listKind") ?? kind + "List",
                    ShortNames = Texts(names.Items("shortNames")),
                    Categories = Texts(names.Items("categories")),
                    Namespaced = definition.Text("spec", "scope") != "Cluster",
                    Custom = true,
                    Served = version.Flag("served") == true,
                    Conversion = version.Flag("storage") == true ? null : KueueConversion.Of(group, version.Text("name") ?? ""),
                    HasGeneration = true,
                    HasStatus = version.Map("subresources", "status") is not null,
                    Scale = version.Map("subresources", "scale") is { } scale
                        ? new ScalePaths(Trim(scale.Text("specReplicasPath")) ?? "spec.replicas", Trim(scale.Text("statusReplicasPath")) ?? "status.replicas", Trim(scale.Text("labelSelectorPath")))
                        : null,
                    SelectableFields = [.. (version.Items("selectableFields") ?? []).OfType<JsonObject>().Select(field => Trim(field.Text("jsonPath")) ?? "")],
                    Schema = StructuralSchema.Root(version.Map("schema", "openAPIV3Schema")),
                    Columns = [.. (version.Items("additionalPrinterColumns") ?? []).OfType<JsonObject>().Select(Column)],
                }),
        ];
    }

    private void OnWritten(ResourceType type, StoredObject stored, bool gone)
    {
        if (type.GroupResource != Resource) return;
        if (gone)
        {
            var served = _registry.Catalog.Stored(stored.Name);
            _registry.Catalog.Set(stored.Name, []);
            if (served is not null) _registry.Store.Drop(served);
            if (_names.Remove(stored.Name, out var released)) SettleOthers(released.Group);
            return;
        }
        var definition = stored.Read();
        Note(definition);
        if (definition.IsDeleting()) return;
        if (DefinitionNames.AreAccepted(definition)) Serve(definition);
        else Settle(definition);
    }

    /// <summary>Gives a definition the names that are free, and serves it once it has all of its own.</summary>
    private void Settle(JsonObject definition)
    {
        var status = DefinitionNames.Status(definition, _names.Values.Where(other => other.Group == definition.Text("spec", "group")).Select(other => other.Accepted), _clock.GetUtcNow());
        var known = definition.Map("status");
        if (known is not null && JsonNode.DeepEquals(known["conditions"], status["conditions"]) && JsonNode.DeepEquals(known["acceptedNames"], status["acceptedNames"]))
        {
            Serve(definition);
            return;
        }
        var written = _registry.Change(Type, ns: null, definition.Name(), Options with { Subresource = "status" }, tree =>
        {
            tree["status"] = status;
            return tree;
        }).Read();
        if (DefinitionNames.IsEstablished(written) && !DefinitionNames.IsEstablished(definition))
        {
            _registry.Change(Type, ns: null, definition.Name(), Options, tree =>
            {
                tree.Ensure("metadata")["finalizers"] = new JsonArray([.. (tree.Items("metadata", "finalizers") ?? []).Where(item => item.AsText() != Finalizer).Select(item => item?.DeepClone()), Finalizer]);
                return tree;
            });
        }
        if (!JsonNode.DeepEquals(known?["acceptedNames"], status["acceptedNames"])) SettleOthers(definition.Text("spec", "group") ?? "");
    }

    /// <summary>Names that one has let go may be what another waits for.</summary>
    private void SettleOthers(string group)
    {
        foreach (var name in _names.Where(other => !other.Value.Settled && other.Value.Group == group).Select(other => other.Key).Order(StringComparer.Ordinal).ToList())
        {
            if (_registry.Store.Find(Type, ns: null, name)?.Read() is { } other && !other.IsDeleting() && !DefinitionNames.AreAccepted(other)) Settle(other);
        }
    }

    private void Note(JsonObject definition) => _names[definition.Name()] =
        (definition.Text("spec", "group") ?? "", definition.Map("status", "acceptedNames") ?? [], DefinitionNames.AreAccepted(definition));

    private void Serve(JsonObject definition)
    {
        if (!DefinitionNames.IsEstablished(definition)) return;
        var types = TypesOf(definition);
        _registry.Catalog.Set(definition.Name(), types);
        if (types.Count > 0) _registry.Store.Add(types[0]);
    }

    private static PrinterColumn Column(JsonObject column) => new(
        column.Text("name") ?? "", column.Text("type") ?? "string", column.Text("jsonPath") ?? "", column.Text("format") ?? "", column.Text("description") ?? "",
        (int)(column.Whole("priority") ?? 0));

    private static string? Trim(string? path) => path?.TrimStart('.');

    private static List<string> Texts(JsonArray? items) => [.. (items ?? []).Select(item => item.AsText() ?? "")];
}
