using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Projects;
using Portal.Core.Teams;

namespace Portal.Core.Data;

/// <summary>
/// The database: intent, last seen status and audit. Each provider has its own subclass, which carries its migrations.
/// Saving seals the audit records of the unit of work in the same transaction, and tells the feed after the commit.
/// A context is used by one unit of work after the other: what one leaves unsaved ends with it.
/// </summary>
public abstract class PortalDb : DbContext
{
    private readonly List<AuditRecord> _unsealed = [];
    private readonly List<RowChange> _changes = [];
    // A save within the transaction failed.
    private bool _torn;

    /// <summary>The feed and the clock are the application's: contexts are pooled, and take nothing but their options.</summary>
    protected PortalDb(DbContextOptions options) : base(options) =>
        // A transaction whose save failed is rolled back as a whole, see CheckWhole.
        base.Database.AutoSavepointsEnabled = false;

    /// <summary>Everybody with an account, the disabled among them.</summary>
    public DbSet<Person> People => Set<Person>();

    /// <summary>Every team.</summary>
    public DbSet<Team> Teams => Set<Team>();

    /// <summary>Every project, those that are being deleted among them.</summary>
    public DbSet<Project> Projects => Set<Project>();

    /// <summary>The sealed audit log. Only <see cref="Audit"/> adds to it.</summary>
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
        // All that was changed is known by now, and what is added below is told by itself.
        ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            return await SaveCollectedAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        catch
        {
            _torn = true;
            // Their place in the chain was given back with the commit that did not happen.
            foreach (var line in ChangeTracker.Entries<AuditEntry>().Where(e => e.State == EntityState.Added).ToList())
                line.State = EntityState.Detached;
            throw;
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }

    /// <summary>A new transaction has none of the failures of the one before; the transaction interceptor calls it.</summary>
    public void BeginWhole() => _torn = false;

    /// <summary>Keeps a transaction in which a save failed from being committed without it; the interceptor calls it before each commit.</summary>
    /// <exception cref="InvalidOperationException">A save failed: the transaction can only be rolled back.</exception>
    public void CheckWhole()
    {
        if (_torn)
            throw new InvalidOperationException("A save within this transaction failed: it can only be rolled back.");
    }

    /// <summary>Tells the feed what was committed; the transaction interceptor calls it after each commit.</summary>
    public void PublishChanges()
    {
        // What wakes a pass comes last: the pass begins at once, and what it looks up has to have heard of the rest by then.
        var changes = _changes.Distinct().OrderBy(c => c.NeedsReconcile).ToArray();
        _changes.Clear();
        if (changes.Length == 0)
            return;
        var feed = this.GetService<IChangeFeed>();
        foreach (var change in changes)
            feed.Publish(change);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Forget();
        base.Dispose();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Forget();
        return base.DisposeAsync();
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

    private async Task<int> SaveCollectedAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken)
    {
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

    private async Task SealAsync(CancellationToken ct)
    {
        // The update locks the head row until the commit, so that entries of parallel commits stand in one line. Written as SQL,
        // which both providers understand: every change passes here, and an update that answers is one statement in place of two.
        var head = (await Set<AuditHead>()
            .FromSql($"""UPDATE audit_head SET "Seq" = "Seq" + {_unsealed.Count} RETURNING *""").AsNoTracking().ToListAsync(ct)).Single();
        var seq = head.Seq - _unsealed.Count;
        var hash = head.Hash;
        var now = this.GetService<TimeProvider>().GetUtcNow();
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
        await Database.ExecuteSqlAsync($"""UPDATE audit_head SET "Hash" = {hash}""", ct);
    }

    private void Forget()
    {
        _unsealed.Clear();
        _changes.Clear();
        _torn = false;
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
        Guid? Named(string property) => entry.Metadata.FindProperty(property) is null ? null : entry.Property(property).CurrentValue as Guid?;
        var projectId = entry.Entity is Project ? id : Named("ProjectId");
        // Only a changed wish wakes the reconciler: waking it by the status it writes itself would undo its backoff.
        var needs = entry.Entity is IIntent
            && (entry.State == EntityState.Added || (entry.State == EntityState.Modified && entry.Property(nameof(IIntent.Generation)).IsModified));
        return new RowChange(entry.Metadata.ClrType.Name, id, projectId, needs, Named("ClusterId"));
    }
}
