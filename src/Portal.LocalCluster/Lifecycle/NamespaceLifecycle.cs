using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>Empties namespaces that are being deleted, says what holds them, and lets them go when nothing is left.</summary>
internal sealed partial class NamespaceLifecycle(IObjects objects, ObjectRegistry registry, TimeProvider clock, ILogger<NamespaceLifecycle> logger) : IController
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly WriteOptions Options = new("namespace-controller", Validation: FieldValidation.Ignore);

    private readonly HashSet<string> _going = new(StringComparer.Ordinal);

    public string Name => "namespace";

    public async Task RunAsync(CancellationToken ct)
    {
        List<Task> work = [];
        await foreach (var change in objects.Watch("namespaces", ct))
        {
            var name = change.Object.Name();
            if (change.Type == "DELETED" || !change.Object.IsDeleting()) continue;
            lock (_going)
            {
                if (!_going.Add(name)) continue;
            }
            work.RemoveAll(task => task.IsCompleted);
            work.Add(Empty(name, ct));
        }
        await Task.WhenAll(work);
    }

    private async Task Empty(string name, CancellationToken ct)
    {
        try
        {
            var pause = FirstPause;
            while (!ct.IsCancellationRequested && objects.Find("namespaces", ns: null, name) is { } present && present.IsDeleting())
            {
                try
                {
                    if (TryFinish(name)) return;
                }
                catch (ApiException refusal)
                {
                    Refused(logger, refusal, name);
                }
                await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }
        }
        finally
        {
            lock (_going) _going.Remove(name);
        }
    }

    private bool TryFinish(string name)
    {
        SortedSet<string> refused = new(StringComparer.Ordinal);
        var rest = DeleteContents(name, refused);
        if (rest.Count > 0)
        {
            Report(name, rest, refused);
            return false;
        }
        registry.Change(registry.Catalog.Stored("namespaces")!, ns: null, name, Options with { Subresource = "finalize" }, tree =>
        {
            tree["spec"] = new JsonObject { ["finalizers"] = new JsonArray() };
            return tree;
        });
        return true;
    }

    /// <summary>What is left after everything was told to go, and why what may not go did not.</summary>
    private List<(ResourceType Type, StoredObject Object)> DeleteContents(string name, SortedSet<string> refused)
    {
        List<(ResourceType, StoredObject)> rest = [];
        foreach (var type in registry.Catalog.Types.Where(type => type is { Namespaced: true, Stored: true, IsOtherFace: false }).DistinctBy(type => type.GroupResource))
        {
            foreach (var stored in registry.Store.Objects(type, name).ToList())
            {
                try
                {
                    if (!stored.Deleting) objects.Delete(type.GroupResource, name, stored.Name);
                }
                catch (ApiException refusal)
                {
                    refused.Add(refusal.Message);
                }
                if (registry.Store.Find(type, name, stored.Name) is { } left) rest.Add((type, left));
            }
        }
        return rest;
    }

    private void Report(string name, List<(ResourceType Type, StoredObject Object)> rest, SortedSet<string> refused)
    {
        var remaining = string.Join(", ", rest.GroupBy(item => item.Type.GroupResource).Select(group => $"{group.Key} has {group.Count()} resource instances"));
        var finalizers = rest.SelectMany(item => item.Object.Read().Items("metadata", "finalizers") ?? []).GroupBy(item => item.AsText())
            .Select(group => $"{group.Key} in {group.Count()} resource instances").ToList();
        JsonObject[] conditions =
        [
            Condition("NamespaceDeletionDiscoveryFailure", on: false, "ResourcesDiscovered", "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", on: false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            refused.Count > 0
                ? Condition("NamespaceDeletionContentFailure", on: true, "ContentDeletionFailed", $"Failed to delete all resource types, {refused.Count} remaining: {string.Join(", ", refused)}")
                : Condition("NamespaceDeletionContentFailure", on: false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            Condition("NamespaceContentRemaining", on: true, "SomeResourcesRemain", $"Some resources are remaining: {remaining}"),
            finalizers.Count > 0
                ? Condition("NamespaceFinalizersRemaining", on: true, "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}")
                : Condition("NamespaceFinalizersRemaining", on: false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
        ];
        registry.Change(registry.Catalog.Stored("namespaces")!, ns: null, name, Options with { Subresource = "status" }, tree =>
        {
            var known = (tree.Items("status", "conditions") ?? []).OfType<JsonObject>().ToDictionary(item => item.Text("type") ?? "", StringComparer.Ordinal);
            tree.Ensure("status")["conditions"] = new JsonArray([.. conditions.Select(condition => Kept(known, condition))]);
            return tree;
        });
    }

    /// <summary>A condition that says the same keeps its time.</summary>
    private static JsonObject Kept(Dictionary<string, JsonObject> known, JsonObject condition) =>
        known.TryGetValue(condition.Text("type")!, out var old) && old.Text("message") == condition.Text("message") && old.Text("status") == condition.Text("status")
            ? (JsonObject)old.DeepClone()
            : (JsonObject)condition.DeepClone();

    private JsonObject Condition(string type, bool on, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = on ? "True" : "False",
        ["lastTransitionTime"] = ObjectMetadata.Time(clock.GetUtcNow()),
        ["reason"] = reason,
        ["message"] = message,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The namespace {Name} will be looked at again")]
    private static partial void Refused(ILogger logger, ApiException refusal, string name);
}
