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

    /// <summary>What the body says stands; the query is heard only where there is none.</summary>
    private static async Task<DeleteOptions> Options(ApiRequest request)
    {
        var body = await RequestBody.ReadDeleteOptions(request);
        var causes = new Causes();
        var dryRun = body is null ? [.. request.Query["dryRun"]] : (body.Items("dryRun") ?? []).Select(item => item.AsText()).ToList();
        ApiRequest.CheckDryRun(dryRun, causes);
        var policy = body is null ? request.Text("propagationPolicy") : body.Text("propagationPolicy");
        bool? orphans = body is not null ? body.Flag("orphanDependents") : request.Text("orphanDependents") is null ? null : request.Flag("orphanDependents");
        if (policy is not null && orphans is not null) causes.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set");
        else if (policy is not null && !Policies.Contains(policy, StringComparer.Ordinal)) causes.NotSupported("propagationPolicy", $"\"{policy}\"", Policies);
        if (causes.Any) throw Refusals.InvalidOptions("DeleteOptions", causes);
        policy ??= orphans is { } orphan ? orphan ? "Orphan" : "Background" : Usual(request);
        return new DeleteOptions(
            body is null ? request.Whole("gracePeriodSeconds") : body.Whole("gracePeriodSeconds"),
            policy,
            body?.Text("preconditions", "uid"),
            body?.Text("preconditions", "resourceVersion"),
            dryRun.Count > 0)
        { Caller = request.Caller };
    }

    /// <summary>What becomes of dependents when nothing is said. Jobs are older than the question: their pods stay, and a warning says so.</summary>
    private static string Usual(ApiRequest request)
    {
        if (request.Type.GroupResource != "jobs.batch") return "Background";
        Answers.Warn(request.Context,
        [
            "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to "
            + "suppress this warning",
        ]);
        return "Orphan";
    }
}
