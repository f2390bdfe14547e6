using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Streams;

namespace Portal.LocalCluster.Api;

/// <summary>Leads a request about a path below an object to what answers it.</summary>
internal sealed class SubresourceRequests(
    LogRequests logs, ProxyRequests proxies, ScaleRequests scales, TokenRequests tokens, EvictionRequests evictions, BindingRequests bindings, NamespaceFinalizing finalizing,
    ExecRequests execs, PortForwardRequests forwards)
{
    public Task Handle(ApiRequest request) => (request.Type.GroupResource, request.Subresource, request.Verb) switch
    {
        ("pods", "log", "get") => logs.Read(request),
        ("pods", "exec", "get" or "create") => execs.Run(request),
        ("pods", "portforward", "get" or "create") => forwards.Forward(request),
        ("pods" or "services", "proxy", _) => proxies.Forward(request),
        ("pods", "eviction", "create") => evictions.Evict(request),
        ("pods", "binding", "create") => bindings.Bind(request),
        ("serviceaccounts", "token", "create") => tokens.Create(request),
        ("namespaces", "finalize", "update") => finalizing.Finalize(request),
        (_, "scale", "get") when request.Type.Scale is not null => scales.Get(request),
        (_, "scale", "update" or "patch") when request.Type.Scale is not null => scales.Change(request),
        _ => throw (IsKnown(request) ? WriteRequests.NotAllowed() : Refusals.NoResource()),
    };

    /// <summary>It is there, only not for this verb.</summary>
    private static bool IsKnown(ApiRequest request) => (request.Type.GroupResource, request.Subresource) switch
    {
        ("pods", "log" or "exec" or "portforward" or "eviction" or "binding") or ("serviceaccounts", "token") or ("namespaces", "finalize") => true,
        (_, "scale") => request.Type.Scale is not null,
        _ => false,
    };
}
