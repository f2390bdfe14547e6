using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Definitions;

/// <summary>Serves what CustomResourceDefinitions define, from the moment they are written until they are gone.</summary>
internal sealed class CustomResources
{
    public const string Resource = "customresourcedefinitions.apiextensions.k8s.io";
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private static readonly WriteOptions Options = new("local-cluster", Validation: FieldValidation.Ignore);

    private readonly ObjectRegistry _registry;
    private readonly TimeProvider _clock;

    private readonly LocalClusterOptions _options;

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
        foreach (var stored in _registry.Store.Shelf(Type).Objects(ns: null).ToList()) Serve(stored.Read());
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
        var names = definition.Map("spec", "names") ?? [];
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
            return;
        }
        var definition = stored.Read();
        if (definition.IsDeleting()) return;
        Serve(definition);
        if (definition.Items("status", "conditions") is not { Count: > 0 }) Establish(definition);
    }

    private void Serve(JsonObject definition)
    {
        var types = TypesOf(definition);
        _registry.Catalog.Set(definition.Name(), types);
        if (types.Count > 0) _registry.Store.Add(types[0]);
    }

    private void Establish(JsonObject definition)
    {
        _registry.Change(Type, ns: null, definition.Name(), Options with { Subresource = "status" }, tree =>
        {
            tree["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(
                    Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                    Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
                ["acceptedNames"] = definition.At("spec", "names")?.DeepClone(),
                ["storedVersions"] = definition.Items("status", "storedVersions")?.DeepClone(),
            };
            return tree;
        });
        _registry.Change(Type, ns: null, definition.Name(), Options, tree =>
        {
            tree.Ensure("metadata")["finalizers"] = new JsonArray(Finalizer);
            return tree;
        });
    }

    private JsonObject Condition(string type, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = ObjectMetadata.Time(_clock.GetUtcNow()),
        ["reason"] = reason,
        ["message"] = message,
    };

    private static PrinterColumn Column(JsonObject column) => new(
        column.Text("name") ?? "", column.Text("type") ?? "string", column.Text("jsonPath") ?? "", column.Text("format") ?? "", column.Text("description") ?? "",
        (int)(column.Whole("priority") ?? 0));

    private static string? Trim(string? path) => path?.TrimStart('.');

    private static List<string> Texts(JsonArray? items) => [.. (items ?? []).Select(item => item.AsText() ?? "")];
}
