using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Delivery;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// Keeps an index equal to the cluster's objects of one kind: lists them, follows the watch from there, and when the watch
/// can no longer say what happened in between, lists again and takes the difference, deletions included.
/// </summary>
/// <param name="isOptional">
/// True for a kind that the account need not be allowed to read: that it may not is an answer like any other, and objects outside of
/// projects are not kept.
/// </param>
internal sealed partial class Informer(
    ResourceType type, ClusterConnection connection, ObjectIndex index, Action<ReconcileOwner> touched, TimeProvider clock, ILogger log, bool isOptional = false)
{
    // After so many watches in a row that brought nothing, the version itself is in doubt.
    private const int FruitlessWatches = 4;

    // A server that lives sends at least a bookmark on each. Where none of these did, something between may hold back what is
    // said: listed again before what is known counts as old.
    private const int SilentWatches = 4;

    private static readonly Backoff Delays = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30));

    private long _heardAt = -1;
    private bool _isRefused;

    /// <summary>Time since the cluster last spoke of this kind; null before the first list.</summary>
    public TimeSpan? Age => Interlocked.Read(ref _heardAt) is >= 0 and var at ? clock.GetElapsedTime(at) : null;

    /// <summary>Nothing waits for this kind, and it makes nothing look old.</summary>
    public bool IsOptional => isOptional;

    /// <summary>How often the objects were listed whole.</summary>
    public int Lists { get; private set; }

    /// <summary>Runs until it is cancelled, or until the kind is no longer served.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var packer = new ObjectPacker(type);
        for (var failures = 0; ; failures++)
        {
            try
            {
                var version = await ListAsync(packer, ct);
                failures = 0;
                await FollowAsync(packer, version, ct);
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
            {
                Clear();
                return;
            }
            catch (ClusterException e) when (IsAnswer(e))
            {
                Clear();
                // Said once, not each time that it is asked for.
                if (!_isRefused)
                    LogRefused(log, type.Plural, e.Message);
                (_isRefused, failures) = (true, 0);
                // The right may be given at any time, and nothing tells of that but another try; nobody waits for this kind meanwhile.
                await Task.Delay(connection.Options.WhileRefused, clock, ct);
            }
            catch (ClusterException e)
            {
                LogListFailed(log, type.Plural, e.Message);
                await Task.Delay(Delays.After(failures + 1, Random.Shared.NextDouble()), clock, ct);
            }
        }
    }

    private async Task<string> ListAsync(ObjectPacker packer, CancellationToken ct)
    {
        var items = new List<HeldObject>();
        var version = "";
        await foreach (var page in connection.PagesAsync(type, null, null, ct, mayBeRefused: isOptional))
        {
            page.Each(item =>
            {
                if (IsKept(item))
                    items.Add(packer.Pack(item));
            });
            // The first page's version: what changed while the others were read comes again on the watch.
            version = version.Length == 0 ? page.Version : version;
        }
        Lists++;
        _isRefused = false;
        Tell(index.Replace(items, version));
        Heard();
        return version;
    }

    /// <summary>Returns when the objects have to be listed anew.</summary>
    private async Task FollowAsync(ObjectPacker packer, string version, CancellationToken ct)
    {
        var (fruitless, silent) = (0, 0);
        while (fruitless < FruitlessWatches && silent < SilentWatches)
        {
            try
            {
                // Until it says something.
                silent++;
                await foreach (var seen in connection.WatchAsync(type, version, ct, mayBeRefused: isOptional))
                {
                    // Versions grow in the order of the changes. A smaller one has been overtaken on its way: what else may have been is
                    // not known, and an old state taken for a new one would stay.
                    if (ObjectVersion.IsBefore(seen.Version, version))
                    {
                        LogDisordered(log, type.Plural);
                        await Task.Delay(Delays.Floor, clock, ct);
                        return;
                    }
                    Take(packer, seen);
                    version = seen.Version ?? version;
                    (fruitless, silent) = (0, 0);
                }
                // Ended in good order, or fallen silent: go on where it stood. That it was answered at all says nothing of its objects.
            }
            catch (ClusterException e) when (e.IsExpired() || e.Failure == ClusterFailure.NotFound)
            {
                return;
            }
            catch (ClusterException e) when (!IsAnswer(e))
            {
                fruitless++;
                LogWatchFailed(log, type.Plural, e.Message);
                await Task.Delay(Delays.After(fruitless, Random.Shared.NextDouble()), clock, ct);
            }
        }
    }

    private void Take(ObjectPacker packer, WatchEvent seen)
    {
        Heard();
        index.Reach(seen.Version);
        if (!IsKept(seen.Object))
        {
            // An Application may be for another namespace by now.
            Tell(index.Remove(seen.Object.Text("metadata", "namespace"), seen.Object.Text("metadata", "name") ?? "", seen.Version));
            return;
        }
        switch (seen.Type)
        {
            case "ADDED" or "MODIFIED":
                // Mostly the echo of an own write.
                if (!index.Has(seen.Object.Text("metadata", "namespace"), seen.Object.Text("metadata", "name") ?? "", seen.Version))
                    Tell(index.Set(packer.Pack(seen.Object)));
                break;
            case "DELETED":
                Tell(index.Remove(seen.Object.Text("metadata", "namespace"), seen.Object.Text("metadata", "name") ?? "", seen.Version));
                break;
        }
    }

    private bool IsAnswer(ClusterException failure) => isOptional && failure.Failure == ClusterFailure.Forbidden;

    // Of a large cluster most Services and Deployments are somebody else's.
    private bool IsKept(JsonElement seen) => !isOptional || IsOfProjects(seen.Text("metadata", "namespace"))
        || (type == ApplicationManifests.Kind && IsOfProjects(seen.Text("spec", "destination", "namespace")));

    private static bool IsOfProjects(string? ns) => ns?.StartsWith(ProjectRules.NamespacePrefix, StringComparison.Ordinal) == true;

    private void Clear()
    {
        Tell(index.Replace([], null));
        Interlocked.Exchange(ref _heardAt, -1);
    }

    private void Heard() => Interlocked.Exchange(ref _heardAt, clock.GetTimestamp());

    private void Tell(IReadOnlyList<ReconcileOwner> owners)
    {
        foreach (var owner in owners)
            touched(owner);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listing {Kind} failed: {Reason}")]
    private static partial void LogListFailed(ILogger log, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} may not be read, and need not: {Reason}")]
    private static partial void LogRefused(ILogger log, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch on {Kind} sent an older change after a newer one; they are listed again")]
    private static partial void LogDisordered(ILogger log, string kind);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The watch on {Kind} broke off: {Reason}")]
    private static partial void LogWatchFailed(ILogger log, string kind, string reason);
}
