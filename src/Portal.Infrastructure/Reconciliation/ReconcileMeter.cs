using System.Diagnostics.Metrics;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>What the loops do, in numbers.</summary>
internal sealed class ReconcileMeter
{
    private readonly Histogram<double> _passes;

    public ReconcileMeter(IMeterFactory meters, WorkQueue queue)
    {
        var meter = meters.Create("portal.reconcile");
        _passes = meter.CreateHistogram<double>("portal.reconcile.pass", "s", "Time of one pass over a row");
        meter.CreateObservableGauge("portal.reconcile.waiting", () => queue.Depth, "{row}", "Rows that wait for a worker");
    }

    public void Passed(string kind, TimeSpan time, bool failed) => _passes.Record(
        time.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("failed", failed));
}
