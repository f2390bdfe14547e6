using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>Events: those that say when they happened by eventTime say who reports what; all are kept beside what they are about.</summary>
internal static class EventRules
{
    private const int NameLimit = 128;
    private const int NoteLimit = 1024;

    /// <summary>What an event always shows, be it empty.</summary>
    public static void Default(JsonObject tree)
    {
        Usual(tree, "involvedObject", new JsonObject());
        Usual(tree, "source", new JsonObject());
        foreach (var field in (ReadOnlySpan<string>)["firstTimestamp", "lastTimestamp", "eventTime"])
        {
            if (!tree.ContainsKey(field)) tree[field] = null;
        }
        Usual(tree, "reportingComponent", "");
        Usual(tree, "reportingInstance", "");
    }

    /// <summary>By its source an event is selected whose source has that component, or that has no such and says who reports it.</summary>
    public static string? Selectable(JsonObject tree, string path) => path != "source" ? null
        : tree.Text("source", "component") is { Length: > 0 } component ? component : tree.Text("reportingComponent") ?? "";

    /// <param name="tree">An event of the core group.</param>
    /// <param name="causes">What is wrong with it.</param>
    /// <param name="reporter">What the version of the request calls who reports.</param>
    public static void Validate(JsonObject tree, Causes causes, string reporter = "reportingComponent")
    {
        var (home, about) = (tree.Namespace() ?? "", tree.Text("involvedObject", "namespace") ?? "");
        var timed = tree.Text("eventTime") is not null;
        // What has no namespace is spoken of in the default one, by newer events also in that of the system.
        var fits = about.Length == 0 ? home == "default" || (timed && home == "kube-system") : timed || about == home;
        if (!fits) causes.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        if (!timed) return;
        var component = tree.Text("reportingComponent") ?? "";
        if (component.Length == 0) causes.Required(reporter);
        Names.CheckKey(component, reporter, causes);
        foreach (var field in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            var text = tree.Text(field) ?? "";
            if (text.Length == 0) causes.Required(field);
            else if (text.Length > NameLimit) causes.Invalid(field, "", $"can have at most {NameLimit} characters");
        }
        if (tree.Text("message")?.Length > NoteLimit) causes.Invalid("message", "", $"can have at most {NoteLimit} characters");
    }

    /// <summary>One that comes in the newer form uses nothing of the older.</summary>
    /// <exception cref="ApiException">422, with all that is wrong.</exception>
    public static void CheckNew(ResourceType type, JsonObject tree)
    {
        var causes = new Causes();
        Validate(tree, causes, "reportingController");
        if (tree.Text("eventTime") is null) causes.Required("eventTime");
        if (tree.Map("series") is { } series)
        {
            if ((series.Whole("count") ?? 0) < 2) causes.Invalid("series.count", "", "should be at least 2");
            if (series.Text("lastObservedTime") is null) causes.Required("series.lastObservedTime");
        }
        if (tree.Text("type") is not ("Normal" or "Warning")) causes.Invalid("type", "", $"has invalid value: {tree.Text("type")}");
        foreach (var field in (ReadOnlySpan<string>)["firstTimestamp", "lastTimestamp"])
        {
            if (tree.Text(field) is not null) causes.Invalid(field, "", "needs to be unset");
        }
        if ((tree.Whole("count") ?? 0) != 0) causes.Invalid("count", "", "needs to be unset");
        if (tree.Map("source") is { Count: > 0 }) causes.Invalid("source", "", "needs to be unset");
        if (causes.Any) throw Refusals.Invalid("Event", "", type.Kind, tree.Name(), causes);
    }
}
