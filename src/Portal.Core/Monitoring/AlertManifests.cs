using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Cluster;

namespace Portal.Core.Monitoring;

/// <summary>An alert that Prometheus raises.</summary>
/// <param name="Name">Name of the alert, for example <c>ModelDrift</c>.</param>
/// <param name="Expression">PromQL; made by the portal, never typed.</param>
/// <param name="Minutes">Minutes for which it must hold.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="Summary">What has happened, for those who are called.</param>
public sealed record AlertRule(string Name, string Expression, int Minutes, string Severity, string Summary);

/// <summary>A Service whose metrics Prometheus reads.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="Name">Name of the Service and of its monitor.</param>
/// <param name="Port">Name of the port.</param>
/// <param name="Path">Path of the metrics.</param>
public sealed record MeasuredService(ReconcileOwner Owner, string Namespace, string Name, string Port, string Path)
{
    /// <summary>Seconds between two readings.</summary>
    public int IntervalSeconds { get; init; } = 30;
}

/// <summary>The Prometheus operator's objects. Pure.</summary>
public static partial class AlertManifests
{
    private const string Group = "monitoring.coreos.com";

    /// <summary>Alerts, as the Prometheus operator reads them.</summary>
    public static readonly ResourceType PrometheusRule = new(Group, "v1", "prometheusrules", "PrometheusRule");

    /// <summary>What Prometheus scrapes, as its operator reads it.</summary>
    public static readonly ResourceType ServiceMonitor = new(Group, "v1", "servicemonitors", "ServiceMonitor");

    /// <summary>The alerts about one thing, as one group.</summary>
    /// <param name="owner">The row that they are about.</param>
    public static JsonObject Rules(ReconcileOwner owner, string ns, string name, IReadOnlyList<AlertRule> alerts) =>
        Manifest.Create(PrometheusRule, ns, name, owner).With("spec", new JsonObject
        {
            ["groups"] = new JsonArray(new JsonObject
            {
                ["name"] = name,
                ["interval"] = "30s",
                ["rules"] = new JsonArray([.. alerts.Select(a => Rule(owner, a))]),
            }),
        });

    /// <summary>Has the metrics of a Service read; its pods are told apart by our labels.</summary>
    public static JsonObject Monitor(MeasuredService service) =>
        Manifest.Create(ServiceMonitor, service.Namespace, service.Name, service.Owner).With("spec", new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { [Manifest.IdLabel] = service.Owner.Id.ToString("D") } },
            ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(service.Namespace) },
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["port"] = service.Port,
                ["path"] = service.Path,
                ["interval"] = $"{service.IntervalSeconds}s",
                ["scheme"] = "http",
            }),
        });

    private static JsonObject Rule(ReconcileOwner owner, AlertRule alert) => new()
    {
        ["alert"] = alert.Name,
        ["expr"] = alert.Expression,
        ["for"] = $"{alert.Minutes}m",
        ["labels"] = new JsonObject { ["severity"] = alert.Severity, ["portal_kind"] = owner.Kind, ["portal_id"] = owner.Id.ToString("D") },
        // Prometheus reads annotations as templates; what a person wrote must not become one.
        ["annotations"] = new JsonObject { ["summary"] = BracesTogether().Replace(MetadataRules.Text(alert.Summary), "{ ") },
    };

    [GeneratedRegex(@"\{(?=\{)", RegexOptions.None, 1000)]
    private static partial Regex BracesTogether();
}
