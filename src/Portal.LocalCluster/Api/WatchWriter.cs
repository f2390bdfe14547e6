using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Discovery;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>The events of one watch, in the form its client asked for and as its selectors see them.</summary>
internal sealed class WatchWriter(ApiRequest request, Selection selection)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);
    private readonly Negotiation _form = Negotiation.Of(request.Context);
    private readonly byte[] _head = Served.Head(request.Type);
    private bool _columnsSent;

    public async Task Begin()
    {
        request.Context.Response.ContentType = "application/json";
        request.Context.Response.Headers.CacheControl = "no-cache, private";
        await request.Context.Response.StartAsync(request.Aborted);
        await request.Context.Response.Body.FlushAsync(request.Aborted);
    }

    /// <summary>A change seen through the selectors: leaving them is DELETED, entering them ADDED.</summary>
    public void Add(StoredChange change)
    {
        var before = change.Before is { } old && selection.Matches(old);
        var after = change.After is { } now && selection.Matches(now);
        switch (before, after)
        {
            case (false, true):
                Add("ADDED", change.After!);
                break;
            case (true, true):
                Add("MODIFIED", change.After!);
                break;
            case (true, false):
                Add("DELETED", change.Removed ?? StoredObject.From(change.Before!.Read(), request.Type, change.Version));
                break;
        }
    }

    public void Add(string type, StoredObject stored)
    {
        _buffer.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
        if (_form.Shape == Shape.Whole)
        {
            _buffer.Write(_head);
            _buffer.Write(Served.Rest(request.Type, stored));
        }
        else
        {
            var tree = Served.Tree(request.Type, stored);
            if (_form.Shape == Shape.Metadata)
            {
                _buffer.Write(ObjectText.Write(Served.PartialMetadata(tree)));
            }
            else
            {
                var page = new ListPage([], stored.Version, Continue: null, Remaining: null);
                _buffer.Write(ObjectText.Write(Tables.Of(request.Type, [tree], page, request.Text("includeObject") ?? "Metadata", !_columnsSent)));
                _columnsSent = true;
            }
        }
        _buffer.Write("}\n"u8);
    }

    public void Bookmark(long version, bool end)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (end) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var tree = new JsonObject { ["kind"] = request.Type.Kind, ["apiVersion"] = request.Type.GroupVersion, ["metadata"] = metadata };
        if (_form.Shape == Shape.Metadata) tree = Served.PartialMetadata(tree);
        _buffer.Write(ObjectText.Write(new JsonObject { ["type"] = "BOOKMARK", ["object"] = tree }));
        _buffer.Write("\n"u8);
    }

    public Task Error(ApiException refusal)
    {
        _buffer.Write(ObjectText.Write(new JsonObject { ["type"] = "ERROR", ["object"] = refusal.ToStatus() }));
        _buffer.Write("\n"u8);
        return Flush();
    }

    public async Task Flush()
    {
        if (_buffer.WrittenCount == 0) return;
        await request.Context.Response.Body.WriteAsync(_buffer.WrittenMemory, request.Aborted);
        await request.Context.Response.Body.FlushAsync(request.Aborted);
        _buffer.ResetWrittenCount();
    }
}
