using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Tries the way to a cluster before it is stored, and finds out whether the cluster is registered already.</summary>
public sealed class ClusterTrial(IClusterProbe probe, IClusters clusters, TimeProvider clock)
{
    /// <summary>Connects as the row says; an outage is a finding.</summary>
    public Task<ClusterCheck> OfAsync(ClusterRegistration row, CancellationToken ct) => probe.TryAsync(row, ct);

    /// <summary>What tells the registered cluster from others, as it is seen now, else as it was tried; empty where nobody knows.</summary>
    public string IdentityOf(ClusterRegistration row) => Seen(row.Id) ?? row.Check.Identity;

    /// <summary>Writes the way to the cluster into the row, with what a try of it found; the refusal says what to change about it.</summary>
    public async Task<Refusal?> ConnectAsync(PortalDb db, ClusterRegistration row, ClusterCredentials credentials, CancellationToken ct)
    {
        var read = probe.Read(credentials);
        if (!read.Succeeded)
            return read.Refusal;
        // Of a registration that is new there is none.
        var before = row.CheckedAt is null ? null : IdentityOf(row);
        (row.Connection, row.Server, row.Credentials) = (credentials.Connection, read.Value.Server, read.Value.Credentials);
        row.Check = (await probe.TryAsync(row, ct)).After(row.Check);
        row.CheckedAt = clock.GetUtcNow();
        if (row.Check.Problem.Length > 0)
        {
            return new Refusal(row.Check.Problem, RefusalKind.Conflict, "Credentials")
            {
                Arguments = row.Check.Arguments.ToDictionary(a => a.Key, a => (object?)a.Value),
            };
        }
        // New credentials for the cluster that it was all along are welcome, even where that was registered twice long ago.
        var leadsElsewhere = before is null || (before.Length > 0 && before != row.Check.Identity);
        return leadsElsewhere && await KnownAsAsync(db, row, ct) is { } name
            ? new Refusal("registration.same_cluster", RefusalKind.Conflict, "Credentials").With("name", name) : null;
    }

    // The name of another registration of the same cluster: its hardware would be promised once for each.
    private async Task<string?> KnownAsAsync(PortalDb db, ClusterRegistration row, CancellationToken ct)
    {
        if (row.Check.Identity.Length == 0)
            return null;
        var others = await db.Set<ClusterRegistration>().AsNoTracking().Where(c => c.Id != row.Id).OrderBy(c => c.Name)
            .Select(c => new { c.Id, c.Name, c.Check }).ToListAsync(ct);
        return others.Find(c => row.Check.Identity == (Seen(c.Id) ?? c.Check.Identity))?.Name;
    }

    // What is seen now counts more than what was tried once: a cluster may have been set up anew behind the same address.
    private string? Seen(Guid cluster) => clusters.Get(cluster).Cache.Find(ClusterCheck.IdentityNamespace).Text("metadata", "uid");
}
