using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>delete and deletecollection.</summary>
internal sealed class DeleteRequests(ObjectRegistry registry)
{
    private static readonly string[] Policies = ["Foreground", "Background", "Orphan", "nil"];

    public async Task Delete(ApiRequest request)
    {
        var options = await Options(request);
        var (stored, gone) = registry.Delete(request.Type, request.Namespace, request.Name!, options);
        if (!gone || request.Type is { Group: "", Plural: "pods" })
        {
            await Answers.Object(request, stored);
            return;
        }
        var details = new JsonObject { ["name"] = stored.Name };
        if (request.Type.Group.Length > 0) details["group"] = request.Type.Group;
        details["kind"] = request.Type.Plural;
        details["uid"] = stored.Uid;
        await Answers.Json(request.Context, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        });
    }

    public async Task DeleteCollection(ApiRequest request, ReadRequests reads)
    {
        var selection = Selection.Of(request);
        var options = await Options(request);
        var page = reads.Page(request, selection, default);
        List<StoredObject> deleted = [];
        foreach (var stored in page.Items)
        {
            try
            {
                deleted.Add(registry.Delete(request.Type, stored.Namespace, stored.Name, options).Object);
            }
            catch (ApiException refusal) when (refusal.Code == 404)
            {
                // Somebody else deleted it first, which is what was wanted.
            }
        }
        await Answers.List(request, new ListPage(deleted, registry.Store.Version, page.Continue, page.Remaining));
    }

    private static async Task<DeleteOptions> Options(ApiRequest request)
    {
        var body = await RequestBody.ReadOptional(request);
        request.WriteOptions("DeleteOptions");
        var policy = request.Text("propagationPolicy") ?? body?.Text("propagationPolicy");
        if (policy is not null && !Policies.Contains(policy, StringComparer.Ordinal))
        {
            var causes = new Causes();
            causes.NotSupported("propagationPolicy", $"\"{policy}\"", Policies);
            throw Refusals.InvalidOptions("DeleteOptions", causes);
        }
        if (policy is null && (request.Flag("orphanDependents") || body?.Flag("orphanDependents") == true)) policy = "Orphan";
        return new DeleteOptions(
            request.Whole("gracePeriodSeconds") ?? body?.Whole("gracePeriodSeconds"),
            policy ?? "Background",
            body?.Text("preconditions", "uid"),
            body?.Text("preconditions", "resourceVersion"),
            request.Query["dryRun"].Count > 0 || body?.Items("dryRun") is { Count: > 0 })
        { Caller = request.Caller };
    }
}
