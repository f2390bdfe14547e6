using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Publishing;

/// <summary>A Service that is reached from outside the cluster, always over TLS.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="Namespace">Namespace of the Service and of what leads to it.</param>
/// <param name="Service">Name of the Service; what leads to it has the same name.</param>
/// <param name="Port">Port of the Service.</param>
/// <param name="Host">Host name under which it is reached.</param>
public sealed record PublishedService(ReconcileOwner Owner, string Namespace, string Service, int Port, string Host)
{
    /// <summary>Name of the port in the Service.</summary>
    public required string PortName { get; init; }

    /// <summary>Path below which it is reached.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Secret with the certificate of the host, or empty where the router has one for its whole domain.</summary>
    public string CertificateSecret { get; init; } = "";

    /// <summary>The Gateway that takes the traffic, where the cluster has the Gateway API.</summary>
    public GatewayName? Gateway { get; init; }

    /// <summary>Class of the Ingress controller, or empty for the cluster's default.</summary>
    public string IngressClass { get; init; } = "";
}

/// <summary>A Gateway, the namespace that it stands in, and its listener that takes TLS: the others would take the traffic open.</summary>
public sealed record GatewayName(string Namespace, string Name, string Listener);

/// <summary>Kinds that lead traffic to a Service.</summary>
public static class PublishingKinds
{
    /// <summary>OpenShift's.</summary>
    public static readonly ResourceType Route = new("route.openshift.io", "v1", "routes", "Route");

    /// <summary>The Gateway API's.</summary>
    public static readonly ResourceType HttpRoute = new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute");

    /// <summary>Kubernetes' own.</summary>
    public static readonly ResourceType Ingress = new("networking.k8s.io", "v1", "ingresses", "Ingress");
}

/// <summary>What leads traffic to a Service: OpenShift's Route, else an HTTPRoute on the installation's Gateway, else an Ingress. Pure.</summary>
public static class PublishedServiceManifests
{
    /// <summary>The kind to use and why.</summary>
    public static WorkloadChoice Choose(PublishedService published, IEnumerable<ResourceType> served)
    {
        var all = served.ToList();
        if (all.FirstServed(PublishingKinds.Route) is { } route)
            return new(route, WorkloadChoice.Served);
        return published.Gateway is not null && all.FirstServed(PublishingKinds.HttpRoute) is { } http
            ? new(http, WorkloadChoice.Served) : new(PublishingKinds.Ingress, "choice.no_gateway");
    }

    /// <summary>The object of the kind that was chosen.</summary>
    public static JsonObject For(PublishedService published, WorkloadChoice choice) =>
        Manifest.Create(choice.Kind, published.Namespace, published.Service, published.Owner).With("spec", choice.Kind.Kind switch
        {
            "Route" => Route(published),
            "HTTPRoute" => HttpRoute(published),
            _ => Ingress(published),
        });

    private static JsonObject Route(PublishedService published) => new()
    {
        ["host"] = published.Host,
        ["path"] = published.Path,
        ["to"] = new JsonObject { ["kind"] = "Service", ["name"] = published.Service, ["weight"] = 100 },
        // By name: a number would be the pods' port, whatever the Service calls its own.
        ["port"] = new JsonObject { ["targetPort"] = published.PortName },
        ["tls"] = new JsonObject { ["termination"] = "edge", ["insecureEdgeTerminationPolicy"] = "Redirect" },
        ["wildcardPolicy"] = "None",
    };

    private static JsonObject HttpRoute(PublishedService published) => new()
    {
        ["parentRefs"] = new JsonArray(new JsonObject
        {
            ["namespace"] = published.Gateway!.Namespace,
            ["name"] = published.Gateway.Name,
            ["sectionName"] = published.Gateway.Listener,
        }),
        ["hostnames"] = new JsonArray(published.Host),
        ["rules"] = new JsonArray(new JsonObject
        {
            ["matches"] = new JsonArray(new JsonObject { ["path"] = new JsonObject { ["type"] = "PathPrefix", ["value"] = published.Path } }),
            ["backendRefs"] = new JsonArray(new JsonObject { ["name"] = published.Service, ["port"] = published.Port, ["weight"] = 1 }),
        }),
    };

    private static JsonObject Ingress(PublishedService published)
    {
        var tls = new JsonObject { ["hosts"] = new JsonArray(published.Host) };
        if (published.CertificateSecret.Length > 0)
            tls["secretName"] = published.CertificateSecret;
        var spec = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["host"] = published.Host,
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(new JsonObject
                    {
                        ["path"] = published.Path,
                        ["pathType"] = "Prefix",
                        ["backend"] = new JsonObject
                        {
                            ["service"] = new JsonObject
                            {
                                ["name"] = published.Service,
                                ["port"] = new JsonObject { ["number"] = published.Port },
                            },
                        },
                    }),
                },
            }),
            ["tls"] = new JsonArray(tls),
        };
        if (published.IngressClass.Length > 0)
            spec["ingressClassName"] = published.IngressClass;
        return spec;
    }
}
