using System.Buffers;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// An object as the index keeps it: its JSON compressed, which takes a small part of the memory of a tree, and beside it what
/// the index itself asks for. A tree is made of it for each reader.
/// </summary>
/// <param name="ns">Empty for what lies in no namespace.</param>
/// <param name="kind">Kind of the row that it carries out, as its label says.</param>
/// <param name="row">Id of that row; empty for what is not ours.</param>
/// <param name="node">Node of a pod that holds something.</param>
/// <param name="requests">What it holds.</param>
/// <param name="packed">Its JSON, by Brotli.</param>
/// <param name="length">Bytes of the JSON.</param>
/// <param name="decisive">A digest of what its row has to be looked at for; 0 where that is all.</param>
internal sealed class HeldObject(
    string ns, string name, string version, string? kind, Guid row, string? node, IReadOnlyDictionary<string, decimal>? requests, byte[] packed, int length,
    long decisive)
{
    private readonly long _decisive = decisive;

    public string Namespace => ns;

    public string Name => name;

    public string Version => version;

    /// <summary>Id of the row that it carries out, as its label says; empty for what is not ours.</summary>
    public Guid Row => row;

    /// <summary>What a pod holds of its node; null for what is no pod, and for one that holds nothing.</summary>
    public PodHolding? Holding => node is not null && requests is not null ? new PodHolding(ns, node, requests) : null;

    public ReconcileOwner? Owner => kind is not null && row != Guid.Empty ? new ReconcileOwner(kind, row) : null;

    /// <summary>True when nothing has changed since an older state of it that its row would have to be looked at for.</summary>
    public bool SaysNothingNew(HeldObject before) => _decisive != 0 && _decisive == before._decisive;

    /// <summary>The object as a tree of the caller's own.</summary>
    public JsonObject Read()
    {
        var text = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!BrotliDecoder.TryDecompress(packed, text, out var written) || written != length)
                throw new InvalidOperationException($"{ns}/{name} cannot be read back.");
            return JsonNode.Parse(text.AsSpan(0, length))!.AsObject();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
