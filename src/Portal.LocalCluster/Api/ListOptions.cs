using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>Which options of a list or a watch go together.</summary>
internal static class ListOptions
{
    private const string Match = "resourceVersionMatch";
    private const string Initial = "sendInitialEvents";
    private const string NotOlderThan = "NotOlderThan";

    /// <summary>Whether a watch begins with what is there; null when it does not say.</summary>
    public static bool? SendsInitialEvents(ApiRequest request) => request.Text(Initial) is { } text ? text is not ("false" or "0") : null;

    public static void CheckList(ApiRequest request)
    {
        CheckNumbers(request);
        var causes = new Causes();
        var version = request.Text("resourceVersion");
        if (request.Text(Match) is { } match)
        {
            if (version is null) causes.Forbidden(Match, $"{Match} is forbidden unless resourceVersion is provided");
            if (request.Text("continue") is not null) causes.Forbidden(Match, $"{Match} is forbidden when continue is provided");
            if (match is not ("Exact" or NotOlderThan)) causes.NotSupported(Match, $"\"{match}\"", ["Exact", NotOlderThan, ""]);
            if (match == "Exact" && version == "0") causes.Forbidden(Match, $"{Match} \"exact\" is forbidden for resourceVersion \"0\"");
        }
        if (request.Text(Initial) is not null) causes.Forbidden(Initial, $"{Initial} is forbidden for list");
        if (causes.Any) throw Refusals.InvalidOptions("ListOptions", causes);
    }

    public static void CheckWatch(ApiRequest request)
    {
        CheckNumbers(request);
        var causes = new Causes();
        var (match, initial) = (request.Text(Match), request.Text(Initial));
        if (initial is not null && match != NotOlderThan) causes.Forbidden(Match, $"{Initial} requires setting {Match} to {NotOlderThan}");
        if (match is not null)
        {
            if (initial is null) causes.Forbidden(Match, $"{Match} is forbidden for watch unless {Initial} is provided");
            if (match != NotOlderThan) causes.NotSupported(Match, $"\"{match}\"", [NotOlderThan]);
            if (request.Text("continue") is not null) causes.Forbidden(Match, $"{Match} is forbidden when continue is provided");
        }
        if (causes.Any) throw Refusals.InvalidOptions("ListOptions", causes);
    }

    /// <summary>Also of those that are not used: a stream that has begun can refuse nothing.</summary>
    private static void CheckNumbers(ApiRequest request)
    {
        request.Whole("limit");
        request.Whole("timeoutSeconds");
    }
}
