using System.Globalization;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>cert-manager's Certificate. Ready=True is believed only as long as the certificate is valid by the clock. Pure.</summary>
public static class CertificateHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var ready = Condition.Find(facts.Object, "Ready");
        var issuing = Condition.Find(facts.Object, "Issuing");
        if (facts.Time("status", "notAfter") is { } end && end <= facts.Now)
            return Dated("certificate.expired", end, ready?.Message ?? "");
        if (issuing is { IsFalse: true, Reason: "Failed" })
            return new(WorkloadState.Attention, "certificate.failed", issuing.Message);
        if (ready is { IsTrue: true })
            return Valid(facts);
        if (ready is { IsFalse: true } && ready.Message.Contains("issuer", StringComparison.OrdinalIgnoreCase) && ready.Message.Contains("not", StringComparison.OrdinalIgnoreCase))
            return new(WorkloadState.Attention, "certificate.no_issuer", ready.Message);
        if (facts.Now - facts.CreatedAt > Patience.Limit && ready is null)
            return new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt));
        return new(WorkloadState.Pending, "certificate.issuing", issuing?.Message ?? ready?.Message ?? "");
    }

    // Renewal that is a day late will not come by itself.
    private static WorkloadStatus Valid(KindFacts facts) =>
        facts.Time("status", "renewalTime") is { } renewal && facts.Now - renewal > TimeSpan.FromDays(1) && facts.Time("status", "notAfter") is { } end
            ? Dated("certificate.expiring", end, Condition.Find(facts.Object, "Issuing")?.Message ?? "") : new(WorkloadState.Running);

    private static WorkloadStatus Dated(string reason, DateTimeOffset date, string detail) =>
        new WorkloadStatus(WorkloadState.Attention, reason, detail).With("date", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
