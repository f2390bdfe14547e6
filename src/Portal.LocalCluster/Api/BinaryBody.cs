using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>
/// Reads Kubernetes' binary form (application/vnd.kubernetes.protobuf), in which kubectl sends the objects that it makes
/// itself, such as those of <c>kubectl create namespace</c>. Answers are JSON, which every client takes.
/// </summary>
internal static class BinaryBody
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>Plain fields that are written even when nobody set them.</summary>
    private static readonly HashSet<string> NothingWhenZero = new(StringComparer.Ordinal)
    {
        "generation", "hostPort", "nodePort", "minReadySeconds", "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly",
        "publishNotReadyAddresses", "unschedulable", "allowed", "denied", "paused",
    };

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    public static JsonObject Read(byte[] body)
    {
        try
        {
            if (!body.AsSpan().StartsWith(Magic)) throw new FormatException("the magic number is missing");
            var (apiVersion, kind, raw) = ("", "", Array.Empty<byte>());
            foreach (var field in Fields(body.AsMemory(Magic.Length)))
            {
                if (field.Number == 2) raw = field.Bytes.ToArray();
                if (field.Number != 1) continue;
                foreach (var type in Fields(field.Bytes))
                {
                    if (type.Number == 1) apiVersion = Text(type.Bytes);
                    if (type.Number == 2) kind = Text(type.Bytes);
                }
            }
            var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "";
            if (!KindText.Kinds.TryGetValue((group, kind), out var schema)) throw new FormatException($"{kind} of {apiVersion} is not known in this form; send JSON");
            var tree = Message(schema, raw);
            tree["apiVersion"] = apiVersion;
            tree["kind"] = kind;
            return tree;
        }
        catch (Exception wrong) when (wrong is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw Refusals.BadRequest("error decoding the binary form: " + wrong.Message);
        }
    }

    private static JsonObject Message(FieldSchema schema, ReadOnlyMemory<byte> bytes, string prefix = "")
    {
        var tree = new JsonObject();
        foreach (var field in Fields(bytes))
        {
            var number = prefix + field.Number.ToString(CultureInfo.InvariantCulture);
            if (schema.Numbers.TryGetValue(number, out var name)) Add(tree, name, schema.Fields[name], field);
            else if (prefix.Length == 0 && schema.Numbers.Keys.Any(known => known.StartsWith(number + ".", StringComparison.Ordinal)))
                foreach (var (key, value) in Message(schema, field.Bytes, number + ".").ToList()) tree[key] = value?.DeepClone();
        }
        return tree;
    }

    private static void Add(JsonObject tree, string name, FieldSchema schema, Field field)
    {
        switch (schema.Type)
        {
            case FieldType.List:
                if (tree[name] is not JsonArray list) tree[name] = list = [];
                list.Add(Value(schema.Items!, field));
                return;
            case FieldType.Map:
                if (tree[name] is not JsonObject map) tree[name] = map = [];
                var (key, value) = ("", (JsonNode?)null);
                foreach (var part in Fields(field.Bytes))
                {
                    if (part.Number == 1) key = Text(part.Bytes);
                    else value = Value(schema.Items!, part);
                }
                map[key] = value ?? Value(schema.Items!, default);
                return;
            default:
                var single = Value(schema, field);
                var zero = single is null || single.AsText() is "" || (NothingWhenZero.Contains(name) && single.ToJsonString() is "0" or "false");
                if (!zero) tree[name] = single;
                return;
        }
    }

    private static JsonNode? Value(FieldSchema schema, Field field) => schema.Type switch
    {
        FieldType.Text when schema.Format == "date-time" => Time(field.Bytes),
        FieldType.Text when schema.Format == "byte" => Convert.ToBase64String(field.Bytes.Span),
        FieldType.Text => Text(field.Bytes),
        FieldType.Whole => field.Varint,
        FieldType.Flag => field.Varint != 0,
        FieldType.Number => BitConverter.Int64BitsToDouble(field.Varint),
        FieldType.IntOrString when schema.Format == "quantity" => Fields(field.Bytes).Where(part => part.Number == 1).Select(part => Text(part.Bytes)).FirstOrDefault("0"),
        FieldType.IntOrString => IntOrText(field.Bytes),
        FieldType.List => new JsonArray([.. Fields(field.Bytes).Select(part => Value(schema.Items!, part))]),
        FieldType.Object when schema.Numbers.Count == 0 =>
            Fields(field.Bytes).Where(part => part.Number == 1).Select(part => (JsonNode?)ObjectText.Parse(part.Bytes.Span)).FirstOrDefault() ?? new JsonObject(),
        FieldType.Object => Message(schema, field.Bytes),
        _ => null,
    };

    private static JsonNode? Time(ReadOnlyMemory<byte> bytes)
    {
        var (seconds, nanoseconds) = (0L, 0L);
        foreach (var part in Fields(bytes))
        {
            if (part.Number == 1) seconds = part.Varint;
            else nanoseconds = part.Varint;
        }
        if (bytes.Length == 0) return null;
        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);
        return nanoseconds == 0 ? ObjectMetadata.Time(moment) : moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }

    private static JsonNode IntOrText(ReadOnlyMemory<byte> bytes)
    {
        var (kind, number, text) = (0L, 0L, "");
        foreach (var part in Fields(bytes))
        {
            if (part.Number == 1) kind = part.Varint;
            else if (part.Number == 2) number = part.Varint;
            else text = Text(part.Bytes);
        }
        return kind == 0 ? number : text;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static List<Field> Fields(ReadOnlyMemory<byte> bytes)
    {
        List<Field> fields = [];
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes.Span, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    fields.Add(new Field(number, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new FormatException("an unknown wire type");
            }
        }
        return fields;
    }

    private static long Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return (long)value;
            if (shift > 63) throw new FormatException("a number without an end");
        }
    }

    private readonly record struct Field(int Number, long Varint, ReadOnlyMemory<byte> Bytes);
}
