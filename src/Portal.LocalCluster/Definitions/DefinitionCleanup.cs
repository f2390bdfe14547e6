using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Definitions;

/// <summary>Deletes the objects of a definition that is being deleted, then lets it go.</summary>
internal sealed class DefinitionCleanup(IObjects objects, ObjectRegistry registry) : IController
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public string Name => "definition-cleanup";

    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var change in objects.Watch(CustomResources.Resource, ct))
        {
            if (change.Type == "DELETED" || !change.Object.IsDeleting()) continue;
            while (!TryFinish(change.Object.Name())) await Task.Delay(Pause, ct);
        }
    }

    private bool TryFinish(string definition)
    {
        if (registry.Catalog.Stored(definition) is { } type)
        {
            foreach (var stored in registry.Store.Shelf(type).Objects(ns: null).ToList()) objects.Delete(definition, stored.Namespace, stored.Name);
            if (registry.Store.Shelf(type).Count > 0) return false;
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
}
