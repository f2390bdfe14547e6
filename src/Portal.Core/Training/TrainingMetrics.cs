using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Training;

/// <summary>Reads the metrics of runs for charts and the API.</summary>
public sealed class TrainingMetrics(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>Points drawn of one metric; of longer series every n-th is kept, and always the last.</summary>
    public const int PointsPerSeries = 500;

    /// <summary>All metrics of a run by name, thinned for drawing.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<IReadOnlyList<MetricSeries>>> ListAsync(Actor actor, Guid runId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var project = await db.Set<TrainingRun>().Where(r => r.Id == runId).Select(r => (Guid?)r.ProjectId).SingleOrDefaultAsync(ct);
        if (project is null)
            return Refusal.NotFound("training");
        if (await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(project.Value), "training", runId, ct) is { } denied)
            return denied;
        var points = await db.Set<TrainingMetric>().AsNoTracking().Where(m => m.RunId == runId)
            .OrderBy(m => m.Key).ThenBy(m => m.Step).ThenBy(m => m.Timestamp)
            .ToListAsync(ct);
        return Result.Of<IReadOnlyList<MetricSeries>>([.. points.GroupBy(p => p.Key).Select(g => Thin(g.Key, [.. g.Select(Point)]))]);
    }

    private static MetricPoint Point(TrainingMetric m) => new(m.Key, m.Step, m.Timestamp, m.IsNaN ? double.NaN : m.Value);

    private static MetricSeries Thin(string key, MetricPoint[] points)
    {
        var every = (points.Length + PointsPerSeries - 1) / PointsPerSeries;
        MetricPoint[] kept = every <= 1 ? points : [.. points.Where((_, i) => i % every == 0 || i == points.Length - 1)];
        return new MetricSeries(key, points.Length, kept);
    }
}

/// <summary>One metric over its steps.</summary>
/// <param name="Total">Points stored; <paramref name="Points"/> may hold fewer.</param>
public sealed record MetricSeries(string Key, int Total, IReadOnlyList<MetricPoint> Points);
