using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Definitions;

/// <summary>Deletes the objects of a definition that is being deleted, then lets it go. One that cannot be emptied holds up no other.</summary>
internal sealed partial class DefinitionCleanup(IObjects objects, ObjectRegistry registry, ILogger<DefinitionCleanup> logger) : IController
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _going = new(StringComparer.Ordinal);

    public string Name => "definition-cleanup";

    public async Task RunAsync(CancellationToken ct)
    {
        List<Task> work = [];
        await foreach (var change in objects.Watch(CustomResources.Resource, ct))
        {
            var name = change.Object.Name();
            if (change.Type == "DELETED" || !change.Object.IsDeleting()) continue;
            lock (_going)
            {
                if (!_going.Add(name)) continue;
            }
            work.RemoveAll(task => task.IsCompleted);
            work.Add(FinishAsync(name, ct));
        }
        await Task.WhenAll(work);
    }

    private async Task FinishAsync(string definition, CancellationToken ct)
    {
        try
        {
            var pause = FirstPause;
            while (!ct.IsCancellationRequested && objects.Find(CustomResources.Resource, ns: null, definition) is { } present && present.IsDeleting())
            {
                try
                {
                    if (TryFinish(definition)) return;
                }
                catch (ApiException refusal)
                {
                    Refused(logger, refusal, definition);
                }
                // Objects with finalizers go when others let them go, of which nothing tells here.
                await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }
        }
        finally
        {
            lock (_going) _going.Remove(definition);
        }
    }

    private bool TryFinish(string definition)
    {
        if (registry.Catalog.Stored(definition) is { } type)
        {
            ApiException? refused = null;
            foreach (var stored in registry.Store.Objects(type, ns: null).ToList())
            {
                try
                {
                    objects.Delete(definition, stored.Namespace, stored.Name);
                }
                catch (ApiException refusal)
                {
                    refused = refusal;
                }
            }
            if (refused is not null) throw refused;
            if (registry.Store.Objects(type, ns: null).Any()) return false;
        }
        if (objects.Find(CustomResources.Resource, ns: null, definition) is not { } present) return true;
        var rest = (present.Items("metadata", "finalizers") ?? []).Where(item => item.AsText() != CustomResources.Finalizer).Select(item => item?.DeepClone()).ToArray();
        present.Ensure("metadata")["finalizers"] = new JsonArray(rest);
        try
        {
            objects.Update(present);
            return true;
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            return refusal.Code == 404;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The definition {Name} will be looked at again")]
    private static partial void Refused(ILogger logger, ApiException refusal, string name);
}
