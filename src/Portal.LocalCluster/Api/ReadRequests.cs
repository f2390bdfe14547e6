using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>get and list.</summary>
internal sealed class ReadRequests(ObjectRegistry registry)
{
    private static readonly TimeSpan TooNewWait = TimeSpan.FromSeconds(3);

    public async Task Get(ApiRequest request)
    {
        var stored = registry.Get(request.Type, request.Namespace, request.Name!);
        await Answers.Object(request, stored);
    }

    public async Task List(ApiRequest request)
    {
        var selection = Selection.Of(request);
        var options = ListVersion.Of(request);
        if (options.Version > registry.Store.Version) await WaitFor(options.Version, request.Aborted);
        await Answers.List(request, Page(request, selection, options));
    }

    public ListPage Page(ApiRequest request, Selection selection, ListVersion options)
    {
        var limit = request.Whole("limit") is > 0 and var most ? most : long.MaxValue;
        var after = request.Text("continue") is { } token ? Continuation.Parse(token) : null;
        var (version, objects) = Snapshot(request.Type, selection.Namespace, options, after);
        List<StoredObject> items = [];
        long remaining = 0;
        foreach (var stored in objects)
        {
            if (after is not null && Compare(stored, after.Start, selection.Namespace) <= 0) continue;
            if (!selection.Matches(stored)) continue;
            if (items.Count < limit) items.Add(stored);
            else remaining++;
        }
        if (remaining == 0) return new ListPage(items, version, Continue: null, Remaining: null);
        var next = new Continuation(version, selection.Namespace is null ? items[^1].Key : items[^1].Name).ToString();
        return new ListPage(items, version, next, selection.IsEverything ? remaining : null);
    }

    private (long Version, IEnumerable<StoredObject> Objects) Snapshot(ResourceType type, string? ns, ListVersion options, Continuation? after)
    {
        lock (registry.Store.Gate)
        {
            var shelf = registry.Store.Shelf(type);
            var newest = registry.Store.Version;
            var wanted = after is { Version: > 0 } ? after.Version : options.Exact ? options.Version : newest;
            if (wanted >= newest) return (newest, shelf.Objects(ns));
            if (shelf.ObjectsAt(wanted, ns) is { } past) return (wanted, past);
            throw after is null ? TooOld() : TooOld(after);
        }
    }

    private static int Compare(StoredObject stored, string start, string? ns)
    {
        start = start.TrimStart('/');
        if (ns is not null || stored.Namespace.Length == 0) return string.CompareOrdinal(stored.Name, start);
        var slash = start.IndexOf('/', StringComparison.Ordinal);
        var byNamespace = string.CompareOrdinal(stored.Namespace, slash < 0 ? "" : start[..slash]);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(stored.Name, start[(slash + 1)..]);
    }

    private async Task WaitFor(long version, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TooNewWait);
        try
        {
            while (registry.Store.Version < version) await Task.Delay(20, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ApiException(
                504, "Timeout", string.Create(CultureInfo.InvariantCulture, $"Timeout: Too large resource version: {version}, current: {registry.Store.Version}"),
                new JsonObject
                {
                    ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                    ["retryAfterSeconds"] = 1,
                });
        }
    }

    private static ApiException TooOld() => new(410, "Expired", "The resourceVersion for the provided list is too old.");

    private static ApiException TooOld(Continuation after) => new(
        410, "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use "
        + "the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list "
        + "- objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
        details: null,
        listMetadata: new JsonObject { ["continue"] = (after with { Version = Continuation.Inconsistent, Start = after.Start.TrimStart('/') }).ToString() });
}

/// <summary>How new a list has to be.</summary>
internal readonly record struct ListVersion(long Version, bool Exact)
{
    public static ListVersion Of(ApiRequest request)
    {
        ListOptions.CheckList(request);
        var (text, match) = (request.Text("resourceVersion"), request.Text("resourceVersionMatch"));
        if (text is null) return default;
        if (request.Text("continue") is not null)
            return text == "0" ? default : throw Refusals.BadRequest("specifying resource version is not allowed when using continue");
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) throw Refusals.BadRequest("invalid resource version: " + NotANumber(text));
        // The first of several pages is of the version it names, as the others are, unless it says otherwise.
        var paged = match is null && version > 0 && request.Whole("limit") > 0;
        return new ListVersion((long)Math.Min(version, long.MaxValue), match == "Exact" || paged);
    }

    public static string NotANumber(string text) => $"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax";
}
