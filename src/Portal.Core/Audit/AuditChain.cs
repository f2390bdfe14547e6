using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portal.Core.Audit;

/// <summary>
/// The arithmetic of the chain: <c>hash = SHA-256(canonical JSON of the entry with the hash of the one before)</c>.
/// Fields stand in a fixed order, so that an export can be verified anywhere.
/// </summary>
public static class AuditChain
{
    /// <summary>What the first entry names as its predecessor.</summary>
    public static readonly string Genesis = new('0', 64);

    /// <summary>The hash that <paramref name="entry"/> must carry; its own <see cref="AuditEntry.Hash"/> is not read.</summary>
    public static string Hash(AuditEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteNumber("seq", entry.Seq);
            json.WriteString("at", entry.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("actorId", entry.ActorId);
            json.WriteString("actorName", entry.ActorName);
            json.WriteString("action", entry.Action);
            json.WriteString("objectType", entry.ObjectType);
            Write(json, "objectId", entry.ObjectId);
            Write(json, "projectId", entry.ProjectId);
            Write(json, "teamId", entry.TeamId);
            json.WriteBoolean("denied", entry.Denied);
            json.WriteString("details", entry.Details);
            json.WriteString("previous", entry.PreviousHash);
            json.WriteEndObject();
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    /// <summary>The first entry that does not continue the chain, or null when all do.</summary>
    /// <param name="entries">Consecutive entries in order.</param>
    /// <param name="previous">Sequence number and hash before the first of them.</param>
    public static long? FirstBroken(IEnumerable<AuditEntry> entries, (long Seq, string Hash) previous)
    {
        foreach (var entry in entries)
        {
            if (entry.Seq != previous.Seq + 1 || entry.PreviousHash != previous.Hash || entry.Hash != Hash(entry))
                return previous.Seq + 1;
            previous = (entry.Seq, entry.Hash);
        }
        return null;
    }

    private static void Write(Utf8JsonWriter json, string name, Guid? value)
    {
        if (value is { } id)
            json.WriteString(name, id);
        else
            json.WriteNull(name);
    }
}
