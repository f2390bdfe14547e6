using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Projects;
using Portal.Core.Teams;

namespace Portal.Core.Data;

/// <summary>
/// The database: intent, last seen status and audit. Each provider has its own subclass, which carries its migrations.
/// Saving seals the audit records of the unit of work in the same transaction, and tells the feed after the commit.
/// </summary>
public abstract class PortalDb(DbContextOptions options, IChangeFeed feed, TimeProvider clock) : DbContext(options)
{
    private readonly List<AuditRecord> _unsealed = [];
    private readonly List<RowChange> _changes = [];

    public DbSet<Person> People => Set<Person>();

    public DbSet<Team> Teams => Set<Team>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>Adds a line to the audit log, in the commit of the change that it records.</summary>
    public void Audit(AuditRecord record) => _unsealed.Add(record);

    /// <summary>
    /// Waits for every other commit that writes audit lines and holds them off until this transaction ends: for rules over
    /// several rows that no single row's version can guard.
    /// </summary>
    public Task LockAuditAsync(CancellationToken ct) =>
        Set<AuditHead>().ExecuteUpdateAsync(s => s.SetProperty(h => h.Seq, h => h.Seq), ct);

    /// <summary>Tells the feed, after the commit, of a row that was changed by a direct update and so is not tracked.</summary>
    public void Changed(RowChange change) => _changes.Add(change);

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        CollectChanges();
        if (_unsealed.Count == 0 || Database.CurrentTransaction is not null)
        {
            if (_unsealed.Count > 0)
                await SealAsync(cancellationToken);
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            if (Database.CurrentTransaction is null)
                PublishChanges();
            return saved;
        }
        await using var transaction = await Database.BeginTransactionAsync(cancellationToken);
        await SealAsync(cancellationToken);
        var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    /// <summary>Tells the feed what was committed; the transaction interceptor calls it after each commit.</summary>
    public void PublishChanges()
    {
        // What wakes a pass comes last: the pass begins at once, and what it looks up has to have heard of the rest by then.
        var changes = _changes.Distinct().OrderBy(c => c.NeedsReconcile).ToArray();
        _changes.Clear();
        foreach (var change in changes)
            feed.Publish(change);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PortalDb).Assembly);
        modelBuilder.Entity<IdentityUserClaim<Guid>>().ToTable("people_claims");
        modelBuilder.Entity<IdentityUserLogin<Guid>>(b =>
        {
            b.ToTable("people_logins");
            b.HasKey(l => new { l.LoginProvider, l.ProviderKey });
        });
        modelBuilder.Entity<IdentityUserToken<Guid>>(b =>
        {
            b.ToTable("people_tokens");
            b.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        });
    }

    private async Task SealAsync(CancellationToken ct)
    {
        // The update locks the head row until the commit, so that entries of parallel commits stand in one line.
        await Set<AuditHead>().ExecuteUpdateAsync(s => s.SetProperty(h => h.Seq, h => h.Seq + _unsealed.Count), ct);
        var head = await Set<AuditHead>().AsNoTracking().SingleAsync(ct);
        var seq = head.Seq - _unsealed.Count;
        var hash = head.Hash;
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        foreach (var record in _unsealed)
        {
            var entry = new AuditEntry
            {
                Seq = ++seq,
                At = now,
                ActorId = record.Actor.Id,
                ActorName = record.Actor.Name,
                Action = record.Action,
                ObjectType = record.ObjectType,
                ObjectId = record.ObjectId,
                ProjectId = record.ProjectId,
                TeamId = record.TeamId,
                Denied = record.Denied,
                Details = JsonSerializer.Serialize(record.Details),
                PreviousHash = hash,
            };
            entry.Hash = hash = AuditChain.Hash(entry);
            AuditEntries.Add(entry);
        }
        _unsealed.Clear();
        await Set<AuditHead>().ExecuteUpdateAsync(s => s.SetProperty(h => h.Hash, hash), ct);
    }

    private void CollectChanges()
    {
        foreach (var entry in ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted
                && entry.Metadata.FindProperty("Id")?.ClrType == typeof(Guid))
            {
                _changes.Add(ChangeOf(entry));
            }
        }
    }

    private static RowChange ChangeOf(EntityEntry entry)
    {
        var id = (Guid)entry.Property("Id").CurrentValue!;
        var projectId = entry.Entity is Project ? id : entry.Metadata.FindProperty("ProjectId") is null
            ? null : entry.Property("ProjectId").CurrentValue as Guid?;
        // Only a changed wish wakes the reconciler: waking it by the status it writes itself would undo its backoff.
        var needs = entry.Entity is IIntent
            && (entry.State == EntityState.Added || (entry.State == EntityState.Modified && entry.Property(nameof(IIntent.Generation)).IsModified));
        return new RowChange(entry.Metadata.ClrType.Name, id, projectId, needs);
    }
}
