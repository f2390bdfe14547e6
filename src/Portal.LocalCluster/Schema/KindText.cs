using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Schema;

/// <summary>
/// Reads the fields of the built-in kinds from their text: a type's name at the margin, its fields indented below.
/// <code>
/// Pod kind                        a kind: apiVersion, kind and metadata come by themselves
///   spec PodSpec                  a field and its type: text, whole, number, flag, time, bytes, quantity, int-or-text, any, object
/// PodSpec
///   containers! [Container] by name patch name     required; a list merged by name, also in strategic patches
///   nodeSelector {text} atomic    a map, owned as one value
///   protocol text = TCP @2        what stands there when nothing is said; its number in the binary form
/// </code>
/// A type is looked up in its own file, then in that of the core group.
/// </summary>
internal static class KindText
{
    private const string Core = "core";

    /// <summary>Schemas of kinds by group and kind.</summary>
    public static IReadOnlyDictionary<(string Group, string Kind), FieldSchema> Kinds { get; } = Load();

    private static Dictionary<(string, string), FieldSchema> Load()
    {
        var assembly = typeof(KindText).Assembly;
        var types = new Dictionary<(string Group, string Type), Entry>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith("kinds/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            Entry? entry = null;
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                if (line[0] == ' ')
                {
                    entry!.Lines.Add(line.Trim());
                    continue;
                }
                var words = line.Split(' ');
                var group = resource["kinds/".Length..];
                types[(group, words[0])] = entry = new Entry(group, words[0], words.Contains("kind"), words.Contains("atomic"));
            }
        }
        foreach (var entry in types.Values) entry.Declare();
        foreach (var entry in types.Values) entry.Fill(types);
        return types.Values.Where(entry => entry.IsKind).ToDictionary(entry => (entry.Group == Core ? "" : entry.Group, entry.Name), entry => entry.Schema);
    }

    /// <summary>The metadata of every object.</summary>
    public static FieldSchema ObjectMeta => Kinds[("", "ConfigMap")].Fields["metadata"];

    private sealed class Entry(string group, string name, bool isKind, bool atomic)
    {
        private readonly Dictionary<string, FieldSchema> _fields = new(StringComparer.Ordinal);

        public string Group => group;

        public string Name => name;

        public bool IsKind => isKind;

        public List<string> Lines { get; } = [];

        public FieldSchema Schema { get; private set; } = FieldSchema.Anything;

        public void Declare()
        {
            var required = Lines.Select(line => line.Split(' ')[0]).Where(field => field.EndsWith('!')).Select(field => field.TrimEnd('!')).ToList();
            var numbers = Lines.Select(line => line.Split(' ')).Where(words => words[^1][0] == '@').ToDictionary(words => words[^1][1..], words => words[0].TrimEnd('!'), StringComparer.Ordinal);
            if (isKind) numbers["1"] = "metadata";
            Schema = new FieldSchema
            {
                Type = FieldType.Object,
                TypeName = name,
                Atomic = atomic,
                Fields = _fields,
                Required = required,
                Numbers = numbers,
                PreserveUnknown = Lines.Count == 0,
            };
        }

        public void Fill(IReadOnlyDictionary<(string, string), Entry> types)
        {
            if (isKind)
            {
                _fields["apiVersion"] = new FieldSchema { Type = FieldType.Text };
                _fields["kind"] = new FieldSchema { Type = FieldType.Text };
                _fields["metadata"] = types[(Core, "ObjectMeta")].Schema;
            }
            foreach (var line in Lines)
            {
                var words = line.Split(' ');
                _fields[words[0].TrimEnd('!')] = Field(words, types);
            }
        }

        private FieldSchema Field(string[] words, IReadOnlyDictionary<(string, string), Entry> types)
        {
            string? After(string word) => Array.IndexOf(words, word) is >= 2 and var at ? words[at + 1] : null;
            var inner = words[1].Trim('[', ']', '{', '}');
            var lists = words[1].StartsWith("{[", StringComparison.Ordinal);
            var isAtomic = words.Contains("atomic");
            if (words[1][0] == '[')
            {
                return new FieldSchema
                {
                    Type = FieldType.List,
                    Items = Plain(inner, types),
                    Merge = After("by") is not null ? ListMerge.ByKey : words.Contains("set") ? ListMerge.Set : ListMerge.Atomic,
                    Keys = After("by")?.Split(',') ?? [],
                    PatchKey = After("patch"),
                };
            }
            if (words[1][0] == '{') return new FieldSchema { Type = FieldType.Map, Items = lists ? new FieldSchema { Type = FieldType.List, Items = Plain(inner, types) } : Plain(inner, types), Atomic = isAtomic };
            var plain = Plain(inner, types);
            if (After("=") is { } value) return new FieldSchema { Type = plain.Type, Default = JsonValue.Create(value) };
            if (!isAtomic || plain.Atomic) return plain;
            return new FieldSchema { Type = plain.Type, TypeName = plain.TypeName, Atomic = true, Fields = plain.Fields, Required = plain.Required, Numbers = plain.Numbers, PreserveUnknown = plain.PreserveUnknown };
        }

        private FieldSchema Plain(string type, IReadOnlyDictionary<(string, string), Entry> types) => type switch
        {
            "text" => new FieldSchema { Type = FieldType.Text },
            "time" => new FieldSchema { Type = FieldType.Text, Format = "date-time" },
            "bytes" => new FieldSchema { Type = FieldType.Text, Format = "byte" },
            "whole" => new FieldSchema { Type = FieldType.Whole },
            "number" => new FieldSchema { Type = FieldType.Number },
            "flag" => new FieldSchema { Type = FieldType.Flag },
            "int-or-text" => new FieldSchema { Type = FieldType.IntOrString },
            "quantity" => new FieldSchema { Type = FieldType.IntOrString, Format = "quantity" },
            "object" => new FieldSchema { Type = FieldType.Object, PreserveUnknown = true },
            "any" => FieldSchema.Anything,
            _ => (types.GetValueOrDefault((group, type)) ?? types[(Core, type)]).Schema,
        };
    }
}
