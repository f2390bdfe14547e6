using System.Text.Json.Nodes;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Machinery;

/// <summary>One served resource in one version: <c>jobs</c> of <c>batch/v1</c>.</summary>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural)
{
    public static readonly IReadOnlyList<string> AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public string Singular { get; init; } = Kind.ToLowerInvariant();

    public string ListKind { get; init; } = Kind + "List";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public bool Namespaced { get; init; } = true;

    /// <summary>Has a status subresource: the main path ignores status, <c>/status</c> everything else.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Counts <c>metadata.generation</c> up when anything but metadata and status changes.</summary>
    public bool HasGeneration { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary>Defined by a CustomResourceDefinition.</summary>
    public bool Custom { get; init; }

    /// <summary>Paths besides metadata.name and metadata.namespace that a field selector may name.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>The value of a selectable field of which more is to say than its path; null for all others.</summary>
    public Func<JsonObject, string, string?>? SelectableValue { get; init; }

    public FieldSchema Schema { get; init; } = FieldSchema.Anything;

    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>False for a version that objects are stored in and nobody can ask for.</summary>
    public bool Served { get; init; } = true;

    /// <summary>Between this version and the stored one; null where they differ in nothing but their name.</summary>
    public IVersionConversion? Conversion { get; init; }

    /// <summary>False for reviews, which are answered and forgotten.</summary>
    public bool Stored => Verbs.Contains("list", StringComparer.Ordinal);

    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The version-free name: <c>pods</c>, <c>jobs.batch</c>.</summary>
    public string GroupResource { get; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The name of the resource that its objects are kept as: its own, but for another face of the same objects.</summary>
    public string StoredAs { get; init; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public bool IsOtherFace => StoredAs != GroupResource;

    public string GroupKind { get; } = Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}

/// <summary>Where the scale subresource finds its numbers, as dotted paths.</summary>
public sealed record ScalePaths(string SpecReplicas = "spec.replicas", string StatusReplicas = "status.replicas", string? Selector = null);

/// <summary>A column of <c>kubectl get</c>; <paramref name="Path"/> is a JSONPath such as <c>.status.phase</c>.</summary>
public sealed record PrinterColumn(string Name, string Type, string Path, string Format = "", string Description = "", int Priority = 0);
