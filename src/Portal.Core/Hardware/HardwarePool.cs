using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Hardware.Lending;
using Portal.Core.Teams;

namespace Portal.Core.Hardware;

/// <summary>
/// Accelerators of one sort on one group of nodes: what people ask quota of. In Kueue it is a ResourceFlavor.
/// How many there are and how many are promised is in its <see cref="PoolLedger"/>.
/// </summary>
public sealed class HardwarePool : IIntent
{
    /// <inheritdoc/>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>What people call it; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Name of its ResourceFlavor, RFC 1123; unique and never changed.</summary>
    public string Slug { get; set; } = "";

    /// <summary>The cluster that its nodes belong to; never changed. Null in an installation without one.</summary>
    public Guid? ClusterId { get; set; }

    /// <summary>Extended resource, for example <c>nvidia.com/gpu</c>; never changed.</summary>
    public string ResourceName { get; set; } = "";

    /// <summary>Labels that a node must carry to belong to the pool; empty takes every node with the resource.</summary>
    public Dictionary<string, string> NodeLabels { get; set; } = [];

    /// <summary>Taints of its nodes; workloads on the pool are given the tolerations for them.</summary>
    public List<NodeTaint> Taints { get; set; } = [];

    /// <summary>Price of one unit for one hour, in the installation's currency.</summary>
    public decimal PricePerHour { get; set; }

    /// <summary>Whether it can be asked for; admins say it, no loop changes it.</summary>
    public PoolState State { get; set; }

    /// <summary>True when the accelerators are counted by the embedded cluster but do not exist; said wherever it is shown.</summary>
    public bool Simulated { get; set; }

    /// <summary>Teams that may ask for it; empty allows all.</summary>
    public List<PoolTeam> AllowedTeams { get; set; } = [];

    /// <summary>Its capacity and what of it is granted; a row of its own, because approvals lock it.</summary>
    public PoolLedger Ledger { get; set; } = new();

    /// <summary>What happens to granted units that their project does not use; at first nothing is lent.</summary>
    public PoolLending Lending { get; set; } = new();

    /// <summary>Id of the admin who made it.</summary>
    public Guid CreatedBy { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What the cluster last said of its ResourceFlavor, or empty when all is well.</summary>
    public string Problem { get; set; } = "";

    /// <summary>Also the version that an edit names, so that a stale page is refused.</summary>
    public long Generation { get; set; } = 1;

    /// <inheritdoc/>
    public long ObservedGeneration { get; set; }

    /// <summary>True when a project of the team may ask for the pool.</summary>
    public bool IsFor(Guid teamId) => AllowedTeams.Count == 0 || AllowedTeams.Any(t => t.TeamId == teamId);

    internal sealed class Mapping : IEntityTypeConfiguration<HardwarePool>
    {
        public void Configure(EntityTypeBuilder<HardwarePool> builder)
        {
            builder.ToTable("hardware_pools");
            builder.Property(p => p.Name).HasMaxLength(PoolRules.NameLimit);
            builder.Property(p => p.Slug).HasMaxLength(63);
            builder.Property(p => p.ResourceName).HasMaxLength(PoolRules.ResourceNameLimit);
            builder.Property(p => p.NodeLabels).HasFixedJson();
            builder.Property(p => p.Taints).HasFixedJson();
            builder.Property(p => p.Lending).HasFixedJson();
            builder.Property(p => p.PricePerHour).HasPrecision(18, 4);
            builder.Property(p => p.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.Problem).HasMaxLength(2000);
            builder.Property(p => p.Generation).IsConcurrencyToken();
            builder.HasIndex(p => p.Name).IsUnique();
            builder.HasIndex(p => p.Slug).IsUnique();
            builder.HasOne<ClusterRegistration>().WithMany().HasForeignKey(p => p.ClusterId).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(p => p.AllowedTeams).WithOne().HasForeignKey(t => t.PoolId);
            builder.HasOne(p => p.Ledger).WithOne().HasForeignKey<PoolLedger>(l => l.PoolId);
        }
    }
}

/// <summary>Whether a pool can be asked for.</summary>
public enum PoolState
{
    /// <summary>Takes requests.</summary>
    Open,

    /// <summary>Takes no new requests; keeps the grants it has.</summary>
    Closed,

    /// <summary>Goes as soon as its ResourceFlavor is gone from the cluster.</summary>
    Removing,
}

/// <summary>A taint of the pool's nodes.</summary>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record NodeTaint(string Key, string Value, string Effect)
{
    /// <summary>As kubectl writes it, <c>key=value:Effect</c>.</summary>
    public override string ToString() => Value.Length == 0 ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";

    /// <summary>True when pods that do not tolerate it are not put on its node, or not left there.</summary>
    internal bool KeepsOff => Effect is "NoSchedule" or "NoExecute";

    /// <summary>True for one that Kubernetes itself gives and takes with the node's health.</summary>
    internal bool Passes => Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal);

    /// <summary>True when what is let past this one is let past the other: an empty value stands for every value, as in a toleration.</summary>
    internal bool Covers(NodeTaint other) => Key == other.Key && Effect == other.Effect && (Value.Length == 0 || Value == other.Value);
}

/// <summary>A team that may ask for a pool.</summary>
public sealed class PoolTeam
{
    /// <summary>Half of the key; the row goes with the pool.</summary>
    public Guid PoolId { get; set; }

    /// <summary>The other half of the key.</summary>
    public Guid TeamId { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<PoolTeam>
    {
        public void Configure(EntityTypeBuilder<PoolTeam> builder)
        {
            builder.ToTable("pool_teams");
            builder.HasKey(t => new { t.PoolId, t.TeamId });
            builder.HasOne<Team>().WithMany().HasForeignKey(t => t.TeamId);
        }
    }
}
