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
        // Thinned where they are stored: a page that is open asks again at each report, and a run may have many.
        var points = await db.Database.SqlQuery<StoredPoint>($"""
            SELECT "Key", "Step", "Timestamp", "Value", "IsNaN", "Total" FROM (
                SELECT "Key", "Step", "Timestamp", "Value", "IsNaN", COUNT(*) OVER (PARTITION BY "Key") AS "Total",
                    ROW_NUMBER() OVER (PARTITION BY "Key" ORDER BY "Step", "Timestamp", "Value") - 1 AS "Position"
                FROM training_metrics WHERE "RunId" = {runId}) AS points
            WHERE "Position" % (("Total" + {PointsPerSeries - 1}) / {PointsPerSeries}) = 0 OR "Position" = "Total" - 1
            """).OrderBy(p => p.Key).ThenBy(p => p.Step).ThenBy(p => p.Timestamp).ThenBy(p => p.Value).ToListAsync(ct);
        return Result.Of<IReadOnlyList<MetricSeries>>(
            [.. points.GroupBy(p => p.Key).Select(g => new MetricSeries(g.Key, (int)g.First().Total, [.. g.Select(Point)]))]);
    }

    private static MetricPoint Point(StoredPoint m) => new(m.Key, m.Step, m.Timestamp, m.IsNaN ? double.NaN : m.Value);

    private sealed record StoredPoint(string Key, long Step, long Timestamp, double Value, bool IsNaN, long Total);
}

/// <summary>One metric over its steps.</summary>
/// <param name="Total">Points stored; <paramref name="Points"/> may hold fewer.</param>
public sealed record MetricSeries(string Key, int Total, IReadOnlyList<MetricPoint> Points);
