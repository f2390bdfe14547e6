using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>What is wrong with the fields of an object, in the words of a 422.</summary>
internal sealed class Causes
{
    private readonly List<(string Reason, string Message, string Field)> _causes = [];

    public bool Any => _causes.Count > 0;

    public void Required(string field, string why = "") =>
        Add("FieldValueRequired", "Required value" + (why.Length > 0 ? ": " + why : ""), field);

    public void Invalid(string field, JsonNode? value, string why) =>
        Add("FieldValueInvalid", $"Invalid value: {Shown(value)}: {why}", field);

    public void TypeInvalid(string field, string foundType, string why) =>
        Add("FieldValueTypeInvalid", $"Invalid value: \"{foundType}\": {why}", field);

    public void NotSupported(string field, string shownValue, IEnumerable<string> supported) => Add(
        "FieldValueNotSupported", $"Unsupported value: {shownValue}: supported values: {string.Join(", ", supported.Select(value => $"\"{value}\""))}", field);

    public void Forbidden(string field, string why) => Add("FieldValueForbidden", "Forbidden: " + why, field);

    public void Duplicate(string field, JsonNode? value) => Add("FieldValueDuplicate", "Duplicate value: " + Shown(value), field);

    public void TooLong(string field, long most) => Add("FieldValueTooLong", $"Too long: may not be more than {most} bytes", field);

    public void TooMany(string field, long found, long most) => Add("FieldValueTooMany", $"Too many: {found}: must have at most {most} items", field);

    public void Add(string reason, string message, string field) => _causes.Add((reason, message, field));

    public JsonArray ToJson() =>
        [.. _causes.Select(cause => new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message, ["field"] = cause.Field })];

    public override string ToString()
    {
        var lines = _causes.Select(cause => $"{cause.Field}: {cause.Message}").Distinct().ToList();
        return lines.Count == 1 ? lines[0] : $"[{string.Join(", ", lines)}]";
    }

    private static string Shown(JsonNode? value) => value is null ? "null" : System.Text.Encoding.UTF8.GetString(Storage.ObjectText.Write(value));
}
