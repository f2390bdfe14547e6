using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware;

/// <summary>
/// What people call the flavors of a cluster: a flavor that is a pool's by the pool's name, any other as it is. What the cluster itself
/// said of it stays in the folded text.
/// </summary>
public sealed partial class PoolNames
{
    private const string Queue = "quota.";

    // Values of reasons that name flavors.
    private static readonly string[] Naming = ["flavor", "object"];

    private readonly IReadOnlyDictionary<string, string> _names;

    private PoolNames(IReadOnlyDictionary<string, string> names) => _names = names;

    /// <summary>The pools of a cluster.</summary>
    public static async Task<PoolNames> ReadAsync(PortalDb db, Guid? clusterId, CancellationToken ct) => new(
        await db.Set<HardwarePool>().AsNoTracking().Where(p => p.ClusterId == clusterId).ToDictionaryAsync(p => p.Slug, p => p.Name, ct));

    /// <summary>A verdict of a row in a cluster, in those names; the database is asked only for one that names a flavor.</summary>
    public static async Task<WorkloadStatus> InAsync(PortalDb db, Guid? clusterId, WorkloadStatus status, CancellationToken ct) =>
        NamesOne(status) ? (await ReadAsync(db, clusterId, ct)).In(status) : status;

    /// <summary>True for a verdict that may name a flavor.</summary>
    public static bool NamesOne(WorkloadStatus? status) =>
        status?.Reason.StartsWith(Queue, StringComparison.Ordinal) == true && Naming.Any(status.Arguments.ContainsKey);

    /// <summary>The verdict with pools in place of their flavors.</summary>
    public WorkloadStatus In(WorkloadStatus status) => !NamesOne(status) ? status : status with
    {
        Arguments = status.Arguments.ToDictionary(
            a => a.Key, a => Naming.Contains(a.Key) ? Word().Replace(a.Value, word => _names.GetValueOrDefault(word.Value, word.Value)) : a.Value),
    };

    // A value may list several.
    [GeneratedRegex(@"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
