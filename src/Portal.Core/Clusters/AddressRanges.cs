using System.Net;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Ranges of addresses as an admin types them and as a NetworkPolicy's <c>ipBlock</c> takes them. Pure.</summary>
public static class AddressRanges
{
    /// <summary>Most ranges of one field.</summary>
    public const int Limit = 20;

    /// <summary>Null when all are ranges; a range of all addresses would undo the project's isolation and is none.</summary>
    public static Refusal? Check(string field, IReadOnlyList<string> ranges) =>
        ranges.Count > Limit ? new Refusal("registration.ranges_many", Field: field).With("limit", Limit).With("count", ranges.Count)
        : ranges.Any(r => Parse(r) is null) ? new Refusal("registration.range_invalid", Field: field).With("range", ranges.First(r => Parse(r) is null) ?? "")
        : ranges.FirstOrDefault(r => Parse(r) is { PrefixLength: 0 }) is { } all ? new Refusal("registration.range_all", Field: field).With("range", all)
        : null;

    /// <summary>Checked ranges as they are stored: a single address as a range of one, each once, in the order given.</summary>
    public static List<string> Normalize(IReadOnlyList<string> ranges) => [.. ranges.Select(r => Parse(r)!.Value.ToString()).Distinct()];

    private static IPNetwork? Parse(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        if (IPNetwork.TryParse(trimmed, out var range))
            return range;
        // The parser takes "10" and "0x7f000001" for addresses, too.
        return IPAddress.TryParse(trimmed, out var address) && address.ToString() == trimmed
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }
}
