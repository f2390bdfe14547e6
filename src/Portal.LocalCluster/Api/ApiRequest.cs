using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>What a request is about: a resource type, perhaps one object of it, perhaps a subresource of that.</summary>
internal sealed record ApiRequest(HttpContext Context, ResourceType Type, string? Namespace, string? Name, string Subresource, string Rest, Caller Caller)
{
    private const int LongestManager = 128;

    public IQueryCollection Query => Context.Request.Query;

    public CancellationToken Aborted => Context.RequestAborted;

    public string Verb => Context.Request.Method switch
    {
        "GET" or "HEAD" when Name is null => Flag("watch") ? "watch" : "list",
        "GET" or "HEAD" => "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" when Name is null => "deletecollection",
        "DELETE" => "delete",
        var other => other.ToLowerInvariant(),
    };

    public AccessAttributes Access => new(Verb, Type.Group, Type.Plural, Subresource, Name ?? (Verb is "list" or "watch" ? FieldSelector.NameIn(Text("fieldSelector") ?? "") : null) ?? "", Namespace);

    public string? Text(string key) => Query.TryGetValue(key, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;

    public bool Flag(string key) => Query.TryGetValue(key, out var values) && values is [var value, ..] && value is "" or "1" or "true" or "True";

    /// <exception cref="ApiException">400: no whole number.</exception>
    public long? Whole(string key)
    {
        if (Text(key) is not { } text) return null;
        return long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refusals.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>Who the managed fields of a write belong to.</summary>
    public string Manager
    {
        get
        {
            if (Text("fieldManager") is { } named) return named;
            var agent = Context.Request.Headers.UserAgent.ToString();
            var end = agent.IndexOf('/', StringComparison.Ordinal);
            agent = end < 0 ? agent : agent[..end];
            return agent.Length is 0 or > LongestManager ? "unknown" : agent;
        }
    }

    public WriteOptions WriteOptions(string optionsKind)
    {
        var causes = new Causes();
        var dryRun = Query["dryRun"];
        CheckDryRun(dryRun, causes);
        CheckManager(causes);
        var validation = Text("fieldValidation");
        if (validation is not (null or "Ignore" or "Warn" or "Strict"))
            causes.NotSupported("fieldValidation", $"\"{validation}\"", ["", "Ignore", "Strict", "Warn"]);
        if (causes.Any) throw Refusals.InvalidOptions(optionsKind, causes);
        return new WriteOptions(
            Manager,
            dryRun.Count > 0,
            validation switch { "Ignore" => FieldValidation.Ignore, "Strict" => FieldValidation.Strict, _ => FieldValidation.Warn })
        {
            Subresource = Subresource,
            Caller = Caller,
        };
    }

    public static void CheckDryRun(IReadOnlyList<string?> values, Causes causes)
    {
        if (values.Any(value => value is not "All")) causes.NotSupported("dryRun", $"[{string.Join(",", values.Select(value => $"\"{value}\""))}]", ["All"]);
    }

    private void CheckManager(Causes causes)
    {
        if (Text("fieldManager") is not { } manager) return;
        if (System.Text.Encoding.UTF8.GetByteCount(manager) > LongestManager) causes.TooLong("fieldManager", LongestManager);
        var at = manager.ToList().FindIndex(char.IsControl);
        if (at >= 0) causes.Invalid("fieldManager", manager, $"invalid character U+{(int)manager[at]:X4} (at position {at})");
    }

    /// <summary>Splits a path below /api or /apis; null when it does not name a served resource.</summary>
    public static ApiRequest? From(HttpContext context, ResourceCatalog catalog, Caller caller, string group, string version, ReadOnlySpan<string> rest)
    {
        string? ns = null;
        if (rest.Length >= 3 && rest[0] == "namespaces" && rest[2] is not ("status" or "finalize"))
        {
            ns = rest[1];
            rest = rest[2..];
        }
        if (rest.Length == 0 || catalog.Find(group, version, rest[0]) is not { } type) return null;
        if (ns is not null && !type.Namespaced) return null;
        var name = rest.Length > 1 ? rest[1] : null;
        if (name is not null && type.Namespaced && ns is null) return null;
        return new ApiRequest(
            context, type, ns, name, rest.Length > 2 ? rest[2] : "", rest.Length > 3 ? string.Join('/', rest[3..].ToArray()) : "", caller);
    }
}
