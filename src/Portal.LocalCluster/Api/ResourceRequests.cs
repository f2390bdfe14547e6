using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>Leads a request to what answers it.</summary>
internal sealed class ResourceRequests(
    ReadRequests reads, WatchRequests watches, WriteRequests writes, DeleteRequests deletes, SubresourceRequests subresources, ReviewRequests reviews,
    IEnumerable<IAggregatedApi> aggregated)
{
    public Task Handle(ApiRequest request)
    {
        if (aggregated.FirstOrDefault(api => api.Types.Contains(request.Type)) is { } computed) return computed.Handle(request);
        if (!request.Type.Stored) return request.Verb == "create" ? reviews.Review(request) : throw WriteRequests.NotAllowed();
        if (request.Subresource is not ("" or "status")) return subresources.Handle(request);
        if (request.Subresource == "status" && !request.Type.HasStatus) throw Refusals.NoResource();
        return request.Verb switch
        {
            "get" => reads.Get(request),
            "list" => reads.List(request),
            "watch" => watches.Watch(request),
            "create" when request.Name is null => writes.Create(request),
            "update" when request.Name is not null => writes.Update(request),
            "patch" when request.Name is not null => writes.Patch(request),
            "delete" when request.Subresource.Length == 0 => deletes.Delete(request),
            "deletecollection" when IsOneCollection(request) => deletes.DeleteCollection(request, reads),
            _ => throw WriteRequests.NotAllowed(),
        };
    }

    /// <summary>Nothing is deleted over all namespaces at once.</summary>
    private static bool IsOneCollection(ApiRequest request) =>
        request.Type.Verbs.Contains("deletecollection", StringComparer.Ordinal) && (request.Namespace is not null || !request.Type.Namespaced);
}
