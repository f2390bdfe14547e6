using System.Security.Cryptography;
using System.Text;

namespace Portal.LocalCluster.Node;

/// <summary>
/// An address of its own in 127.0.0.0/8 for every pod, so that pods may listen on equal ports. The second number comes
/// from the data directory: two clusters on one machine do not meet.
/// </summary>
public sealed class PodAddresses(string dataDirectory)
{
    private readonly int _network = 20 + (SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(dataDirectory)))[0] % 200);
    private readonly Dictionary<string, string> _byPod = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _last;

    /// <summary>The pod's address: the one it had, or the next free one.</summary>
    public string Take(string uid, string? had = null)
    {
        lock (_gate)
        {
            if (_byPod.TryGetValue(uid, out string? address)) return address;
            if (had is not null && !_byPod.ContainsValue(had)) return _byPod[uid] = had;
            do
            {
                _last = (_last % 65_000) + 1;
                address = FormattableString.Invariant($"127.{_network}.{_last / 254}.{(_last % 254) + 1}");
            }
            while (_byPod.ContainsValue(address));
            return _byPod[uid] = address;
        }
    }

    public void Free(string uid)
    {
        lock (_gate) _byPod.Remove(uid);
    }
}
