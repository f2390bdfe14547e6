using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Workloads;

namespace Portal.Core.Clusters.Questions;

/// <summary>
/// Answers what pages ask of clusters. A row is no authority: of objects only those kinds are tried that a project is made of, or
/// that carry workloads out, so that whoever writes rows cannot read a Secret through the answer.
/// </summary>
public sealed class ClusterQuestionReconciler(
    IDbContextFactory<PortalDb> databases, IClusters clusters, IClusterProbe probe, LeaseFence fence, TimeProvider clock) : IReconciler
{
    /// <summary>How long an answer is kept for whoever asked.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public string Kind => nameof(ClusterQuestion);

    /// <inheritdoc/>
    public IReadOnlyList<ResourceType> Watches => [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<ClusterQuestion>().OrderBy(q => q.Id).Select(q => new ReconcileRow(q.Id, q.ClusterId)).ToListAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<ClusterQuestion>().Where(q => q.Id == id).Select(q => q.ClusterId).SingleOrDefaultAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var question = await db.Set<ClusterQuestion>().SingleOrDefaultAsync(q => q.Id == id, ct);
        if (question is null)
            return ReconcileResult.Settled;
        var age = clock.GetUtcNow() - question.AskedAt;
        if (age > Kept)
        {
            db.Remove(question);
        }
        else if (question.ObservedGeneration == 0)
        {
            (question.Answer, question.Refusal) = await AnswerAsync(question, ct);
            question.ObservedGeneration = question.Generation;
        }
        try
        {
            await fence.SaveAsync(db, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another replica has taken it away.
            return ReconcileResult.Settled;
        }
        return age > Kept ? ReconcileResult.Settled : ReconcileResult.After(Kept);
    }

    private async Task<(string Answer, string Refusal)> AnswerAsync(ClusterQuestion question, CancellationToken ct)
    {
        try
        {
            return (question.Kind == ClusterQuestionKind.Changes
                ? JsonSerializer.Serialize(await ChangesAsync(question, ct)) : JsonSerializer.Serialize(await RightsAsync(question, ct)), "");
        }
        catch (ClusterException)
        {
            return ("", "cluster.unreachable");
        }
    }

    private async Task<IReadOnlyList<ObjectChange>> ChangesAsync(ClusterQuestion question, CancellationToken ct)
    {
        var asked = JsonSerializer.Deserialize<ChangesAsked>(question.Body)!;
        var cluster = clusters.Get(question.ClusterId);
        var unseen = new HashSet<ResourceType>();
        foreach (var type in HardwareProfileManifests.Versions.Where(v => asked.Objects.Any(o => o.Type == v)))
        {
            if (await ProjectSteps.UnseenAsync(cluster, type, ct) is not null)
                unseen.Add(type);
        }
        var changes = new List<ObjectChange>();
        foreach (var (type, manifest) in asked.Objects
            .Where(o => (ProjectObjectSet.IsOne(o.Type, o.Manifest) && !unseen.Contains(o.Type)) || WorkloadKinds.MayBeTried(o.Type, o.Manifest)))
            changes.Add(await cluster.Writer.PreviewAsync(type, manifest, ct));
        return changes;
    }

    private Task<ClusterCheck> RightsAsync(ClusterQuestion question, CancellationToken ct)
    {
        var asked = JsonSerializer.Deserialize<RightsAsked>(question.Body)!;
        return asked.Connection is ClusterConnectionKind.Installation or ClusterConnectionKind.InCluster
            ? probe.TryAsync(new ClusterRegistration { Connection = asked.Connection }, ct)
            : Task.FromResult(ClusterCheck.Failed("check.no_credentials"));
    }
}
