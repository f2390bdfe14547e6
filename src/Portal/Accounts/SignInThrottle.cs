using System.Net;
using System.Net.Sockets;

namespace Portal.Accounts;

/// <summary>
/// Bounds how many wrong passwords one address may send in a minute, whichever accounts they are for: lock-out alone lets
/// somebody try one password with every account. Right ones do not count, as a whole office can share an address.
/// </summary>
public sealed class SignInThrottle(TimeProvider clock)
{
    /// <summary>Wrong passwords from one address in one <see cref="Window"/>.</summary>
    public const int Limit = 30;

    /// <summary>After its first attempt an address begins anew.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int Remembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset From, int Count)> _attempts = new(StringComparer.Ordinal);

    /// <summary>Counts an attempt before it is looked at, so that many at once cannot slip by; false when there were too many.</summary>
    public bool TryBegin(IPAddress? address)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var key = KeyOf(address);
            var (from, count) = _attempts.GetValueOrDefault(key, (now, 0));
            if (now - from >= Window)
                (from, count) = (now, 0);
            if (count >= Limit)
                return false;
            if (count == 0 && _attempts.Count >= Remembered)
                Forget(now);
            _attempts[key] = (from, count + 1);
            return true;
        }
    }

    /// <summary>The attempt was right.</summary>
    public void Succeeded(IPAddress? address)
    {
        lock (_lock)
        {
            if (_attempts.TryGetValue(KeyOf(address), out var found) && found.Count > 0)
                _attempts[KeyOf(address)] = found with { Count = found.Count - 1 };
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var old in _attempts.Where(a => now - a.Value.From >= Window || a.Value.Count == 0).Select(a => a.Key).ToArray())
            _attempts.Remove(old);
    }

    // Whoever has an IPv6 network of their own has 2^64 addresses: the network counts.
    private static string KeyOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
