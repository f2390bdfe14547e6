using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>Forgets events after an hour.</summary>
internal sealed class EventExpiry(ObjectRegistry registry, TimeProvider clock) : IController
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    public string Name => "event-expiry";

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var type = registry.Catalog.Stored("events")!;
            var oldest = ObjectMetadata.Time(clock.GetUtcNow() - Kept);
            foreach (var stored in registry.Store.Shelf(type).Objects(ns: null).ToList())
            {
                var said = stored.Read();
                var last = said.Text("lastTimestamp") ?? said.Text("eventTime") ?? said.Text("metadata", "creationTimestamp");
                if (string.CompareOrdinal(last, oldest) >= 0) continue;
                try
                {
                    registry.Delete(type, stored.Namespace, stored.Name, new DeleteOptions());
                }
                catch (ApiException refusal) when (refusal.Code == 404)
                {
                    // Gone with its namespace.
                }
            }
            await Task.Delay(Pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
