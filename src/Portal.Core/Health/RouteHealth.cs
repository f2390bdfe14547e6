using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>The three ways in: Gateway API's HTTPRoute, Ingress, and OpenShift's Route. Pure.</summary>
public static class RouteHealth
{
    /// <summary>Accepted and resolved by every gateway that it names.</summary>
    public static WorkloadStatus OfHttpRoute(KindFacts facts)
    {
        var parents = facts.Object.Items("status", "parents").ToList();
        if (parents.Count == 0)
            return Late(facts);
        var said = parents.SelectMany(p => p.Items("conditions")).ToList();
        if (said.Find(c => Is(c, "Accepted", "False")) is { } rejected)
            return new(WorkloadState.Attention, "route.rejected", rejected.Text("message") ?? "");
        if (said.Find(c => Is(c, "ResolvedRefs", "False")) is { } unresolved)
        {
            return new(WorkloadState.Attention, unresolved.Text("reason") == "BackendNotFound" ? "route.backend" : "route.rejected",
                unresolved.Text("message") ?? "");
        }
        var wanted = facts.Object.Items("spec", "parentRefs").Count();
        return parents.Count(p => p.Items("conditions").Any(c => Is(c, "Accepted", "True"))) >= wanted
            ? new(WorkloadState.Running) : Late(facts);
    }

    /// <summary>An Ingress has no conditions: an address says that a controller serves it.</summary>
    public static WorkloadStatus OfIngress(KindFacts facts)
    {
        // Controllers name what they cannot use in events only.
        if (facts.Events.FirstOrDefault(e => e.Text("type") == "Warning") is { } warning)
        {
            var said = ClusterEvents.Message(warning);
            var backend = said.Contains("service", StringComparison.OrdinalIgnoreCase) && said.Contains("not", StringComparison.OrdinalIgnoreCase);
            return ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Attention, backend ? "route.backend" : "route.rejected", said);
        }
        return facts.Object.Items("status", "loadBalancer", "ingress").Any(i => i.Text("ip") is not null || i.Text("hostname") is not null)
            ? new(WorkloadState.Running) : Late(facts);
    }

    /// <summary>Admitted by a router.</summary>
    public static WorkloadStatus OfRoute(KindFacts facts)
    {
        var said = facts.Object.Items("status", "ingress").SelectMany(i => i.Items("conditions")).ToList();
        // Several routers may serve it; one that does not is not the reader's concern while another does.
        if (said.Exists(c => Is(c, "Admitted", "True")))
            return new(WorkloadState.Running);
        return said.Find(c => Is(c, "Admitted", "False")) is { } rejected
            ? new(WorkloadState.Attention, "route.rejected", rejected.Text("message") ?? "") : Late(facts);
    }

    private static WorkloadStatus Late(KindFacts facts) => facts.Now - facts.CreatedAt > Patience.Limit
        ? new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt))
        : new WorkloadStatus(WorkloadState.Pending, "route.pending");

    private static bool Is(JsonNode condition, string type, string status) => condition.Text("type") == type && condition.Text("status") == status;
}
