using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.LocalCluster.Schema;

public enum FieldType
{
    Any,
    Object,
    Map,
    List,
    Text,
    Whole,
    Number,
    Flag,
    IntOrString,
}

/// <summary>How a list is merged: whole, as a set of values, or by the key fields of its elements.</summary>
public enum ListMerge
{
    Atomic,
    Set,
    ByKey,
}

/// <summary>
/// What may stand at one place of an object: its type, its bounds and how two writers' values are merged there. One form
/// for built-in kinds and for the structural schemas of CustomResourceDefinitions.
/// </summary>
public sealed class FieldSchema
{
    public static readonly FieldSchema Anything = new() { Type = FieldType.Any, PreserveUnknown = true };

    public FieldType Type { get; init; }

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>The fields of an object. Settable, since built-in types refer to each other in circles.</summary>
    public IReadOnlyDictionary<string, FieldSchema> Fields { get; set; } = new Dictionary<string, FieldSchema>();

    /// <summary>The elements of a list or the values of a map.</summary>
    public FieldSchema? Items { get; set; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public ListMerge Merge { get; init; }

    /// <summary>The fields that identify an element of a list merged by key.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The key of a strategic merge patch; null when such a patch replaces the list.</summary>
    public string? PatchKey { get; init; }

    /// <summary>The object or map is owned as one value.</summary>
    public bool Atomic { get; init; }

    public bool Nullable { get; init; }

    public bool PreserveUnknown { get; init; }

    /// <summary>The value is a whole object with apiVersion, kind and metadata.</summary>
    public bool Embedded { get; init; }

    public JsonNode? Default { get; init; }

    public IReadOnlyList<string>? Enum { get; init; }

    public Regex? Pattern { get; init; }

    public Bounds? Bounds { get; init; }

    /// <summary>Alternatives of a custom schema; only their value rules count, never their fields.</summary>
    public IReadOnlyList<FieldSchema> AllOf { get; init; } = [];

    public IReadOnlyList<FieldSchema> AnyOf { get; init; } = [];

    public IReadOnlyList<FieldSchema> OneOf { get; init; } = [];

    public FieldSchema? Not { get; init; }

    /// <summary>Rules in the Common Expression Language about the value here.</summary>
    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>There are rules here or below. Only custom schemas, which are trees, have any.</summary>
    public bool ContainsRules { get; init; }

    /// <summary>Fields by their number in the binary form of a built-in type; <c>2.1</c> is field 1 of an embedded message 2.</summary>
    public IReadOnlyDictionary<string, string> Numbers { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of the built-in type, for references between OpenAPI documents.</summary>
    public string TypeName { get; init; } = "";
}

public sealed record Bounds(
    decimal? Minimum = null,
    decimal? Maximum = null,
    bool ExclusiveMinimum = false,
    bool ExclusiveMaximum = false,
    decimal? MultipleOf = null,
    long? MinLength = null,
    long? MaxLength = null,
    long? MinItems = null,
    long? MaxItems = null,
    long? MinProperties = null,
    long? MaxProperties = null,
    bool UniqueItems = false);
