using System.Globalization;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// The order of the versions of one kind's objects: they are numbers that grow with each change of any of them, as Kubernetes
/// promises since 1.35 and etcd has always given. Of what is no number nothing is said.
/// </summary>
internal static class ObjectVersion
{
    /// <summary>True when the first is known to be older than the second.</summary>
    public static bool IsBefore(string? version, string? other) => Read(version) is { } one && Read(other) is { } two && one < two;

    private static ulong? Read(string? version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
