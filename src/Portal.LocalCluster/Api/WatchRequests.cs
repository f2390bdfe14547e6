using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>watch: the changes of a resource as they happen, one JSON document a line.</summary>
internal sealed class WatchRequests(ObjectRegistry registry, IHostApplicationLifetime lifetime)
{
    private const int FeedLimit = 20_000;

    private static readonly TimeSpan BookmarkPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastBookmark = TimeSpan.FromSeconds(2);

    public async Task Watch(ApiRequest request)
    {
        ListOptions.CheckWatch(request);
        var selection = Selection.Of(request);
        var since = Since(request);
        var initial = ListOptions.SendsInitialEvents(request) ?? since == 0;
        var bookmarks = request.Flag("allowWatchBookmarks");
        var feed = new ChangeFeed(FeedLimit);
        List<StoredObject> present = [];
        List<StoredChange> missed = [];
        long version;
        Shelf shelf;
        bool expired;
        lock (registry.Store.Gate)
        {
            shelf = registry.Store.Shelf(request.Type);
            version = registry.Store.Version;
            // Without a version it begins with what comes next.
            if (!initial && since == 0) since = version;
            expired = !initial && since < shelf.HistoryFloor;
            if (!expired)
            {
                if (initial) present.AddRange(shelf.Objects(selection.Namespace));
                else missed.AddRange(shelf.ChangesAfter(since));
                shelf.Attach(feed);
            }
        }
        try
        {
            var writer = new WatchWriter(request, selection);
            request.Context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await writer.Begin();
            if (expired)
            {
                await writer.Error(new ApiException(410, "Expired", string.Create(CultureInfo.InvariantCulture, $"too old resource version: {since} ({shelf.HistoryFloor})")));
                return;
            }
            foreach (var stored in present.Where(selection.Matches)) writer.Add("ADDED", stored);
            foreach (var change in missed) writer.Add(change);
            if (initial && bookmarks && (request.Text("sendInitialEvents") is not null || request.Text("resourceVersion") is "0")) writer.Bookmark(version, end: true);
            await writer.Flush();
            present.Clear();
            missed.Clear();
            await Follow(request, feed, writer, bookmarks);
        }
        finally
        {
            lock (registry.Store.Gate) shelf.Detach(feed);
        }
    }

    private async Task Follow(ApiRequest request, ChangeFeed feed, WatchWriter writer, bool bookmarks)
    {
        var seconds = request.Whole("timeoutSeconds") is > 0 and var asked ? asked : Random.Shared.Next(1800, 3600);
        var end = DateTime.UtcNow.AddSeconds(seconds);
        var nextBookmark = DateTime.UtcNow + BookmarkPause;
        if (nextBookmark > end - LastBookmark) nextBookmark = end - LastBookmark;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, lifetime.ApplicationStopping);
        while (!stop.IsCancellationRequested && DateTime.UtcNow < end)
        {
            var until = bookmarks && nextBookmark < end ? nextBookmark : end;
            if (!await Readable(feed, until, stop.Token))
            {
                if (feed.Changes.Completion.IsCompleted)
                {
                    if (feed.Late) await writer.Error(new ApiException(410, "Expired", "The watch was too slow and has missed changes"));
                    return;
                }
                if (until == end) continue;
                // Also where nothing has changed: by it a client knows that a quiet watch lives. What came meanwhile goes first.
                if (VersionWithNothingUnread(feed) is { } version)
                {
                    writer.Bookmark(version, end: false);
                    await writer.Flush();
                    nextBookmark = nextBookmark + BookmarkPause < end - LastBookmark ? nextBookmark + BookmarkPause
                        : nextBookmark < end - LastBookmark ? end - LastBookmark : end;
                    continue;
                }
            }
            while (feed.Changes.TryRead(out var change)) writer.Add(change);
            await writer.Flush();
        }
    }

    /// <summary>A bookmark must not name a version whose change is still to be sent: whoever resumes from it would miss that.</summary>
    private long? VersionWithNothingUnread(ChangeFeed feed)
    {
        lock (registry.Store.Gate) return feed.Changes.TryPeek(out _) ? null : registry.Store.Version;
    }

    private static async Task<bool> Readable(ChangeFeed feed, DateTime until, CancellationToken stop)
    {
        var pause = until - DateTime.UtcNow;
        if (pause <= TimeSpan.Zero) return false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(pause);
        try
        {
            return await feed.Changes.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static long Since(ApiRequest request)
    {
        if (request.Text("resourceVersion") is not { } text) return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new ApiException(500, reason: null, ListVersion.NotANumber(text));
    }
}
