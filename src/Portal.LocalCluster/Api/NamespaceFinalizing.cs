using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>namespaces/finalize: changes spec.finalizers; a terminating namespace without any is gone.</summary>
internal sealed class NamespaceFinalizing(ObjectRegistry registry)
{
    public async Task Finalize(ApiRequest request)
    {
        var body = await RequestBody.ReadObject(request, "Namespace", "v1");
        var options = request.WriteOptions("UpdateOptions") with { Subresource = "finalize" };
        var stored = registry.Change(request.Type, ns: null, request.Name!, options, tree =>
        {
            tree["spec"] = body["spec"]?.DeepClone();
            return tree;
        });
        await Answers.Object(request, stored);
    }
}
