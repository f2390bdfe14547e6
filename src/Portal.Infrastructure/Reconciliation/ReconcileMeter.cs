using System.Diagnostics.Metrics;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>What the loops do, in numbers.</summary>
internal sealed class ReconcileMeter
{
    private readonly Histogram<double> _passes;
    private Func<int> _waiting = () => 0;

    public ReconcileMeter(IMeterFactory meters)
    {
        var meter = meters.Create("portal.reconcile");
        _passes = meter.CreateHistogram<double>("portal.reconcile.pass", "s", "Time of one pass over a row");
        meter.CreateObservableGauge("portal.reconcile.waiting", () => _waiting(), "{row}", "Rows that wait for a worker");
    }

    /// <summary>Who knows how many rows wait.</summary>
    public void ObserveWaiting(Func<int> waiting) => _waiting = waiting;

    public void Passed(string kind, TimeSpan time, bool failed) => _passes.Record(
        time.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("failed", failed));
}
