using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>Nothing comes into a namespace that is not there or is going.</summary>
internal sealed class NamespaceAdmission(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    public void Fill(AdmissionRequest request)
    {
        if (!request.Type.Namespaced || request.Old is not null) return;
        var namespaces = catalog.Stored("namespaces")!;
        if (store.Find(namespaces, ns: null, request.Namespace) is not { } home) throw Refusals.NotFound(namespaces, request.Namespace);
        if (!home.Deleting) return;
        var cause = new JsonObject
        {
            ["reason"] = "NamespaceTerminating",
            ["message"] = $"namespace {request.Namespace} is being terminated",
            ["field"] = "metadata.namespace",
        };
        throw Refusals.Forbidden(
            request.Type, request.Name, $"unable to create new content in namespace {request.Namespace} because it is being terminated", new JsonArray(cause));
    }
}
