using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Quotas;
using static Portal.Integration.Tests.Identities.Jobs.Asked;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>What is done about the cluster's hardware and who may use it.</summary>
internal static class PlatformSteps
{
    public static async Task CheckRightsAsync(TwoParts parts)
    {
        ClusterCheck? check = null;
        await UntilAsync(async () => (check = Value(await parts.Get<ClusterService>().CheckAsync(parts.Admin, ClusterRegistration.ConfiguredId, Ct))).Problem.Length == 0,
            () => $"the cluster is tried by the reconciler: {check?.Problem} {check?.Detail}");
        Assert.Empty(check!.Missing);
    }

    public static async Task<Guid> MakePoolAsync(TwoParts parts)
    {
        var draft = new PoolDraft(Guid.CreateVersion7(), "Cards", "nvidia.com/gpu", 8, 2) { AllowedTeams = [parts.Team] };
        return Value(await parts.Get<HardwareService>().CreateAsync(parts.Admin, draft, Ct));
    }

    /// <summary>A grant of the pool is a profile in the project's namespace until it is given back.</summary>
    public static async Task TellAsync(TwoParts parts, Guid project, ResourceType type)
    {
        var pool = await MakePoolAsync(parts);
        var grant = await GrantAsync(parts, project, pool);
        var path = $"/{type.Path(await ProjectSteps.NamespaceAsync(parts, project))}";
        await UntilAsync(async () => (await parts.Chart.MustAsync("GET", path)).Items("items").Count() == 1, () => "the pool's profile");
        Done(await parts.Get<QuotaService>().ReleaseAsync(parts.Scientist, grant, Ct));
        await UntilAsync(async () => !(await parts.Chart.MustAsync("GET", path)).Items("items").Any(), () => "the profile is gone");
    }

    public static async Task<Guid> GrantAsync(TwoParts parts, Guid project, Guid pool)
    {
        var now = DateTimeOffset.UtcNow;
        var draft = new QuotaDraft(Guid.CreateVersion7(), project, pool, 2, now, now.AddDays(7), "Retrain the scorecard");
        Value(await parts.Get<QuotaService>().SubmitAsync(parts.Scientist, draft, Ct));
        var plan = Value(await parts.Get<QuotaChangePreview>().ForApprovalAsync(parts.Lead, draft.Id, 2, Ct));
        Assert.Contains(plan.Objects, o => o is { Kind: "ClusterQueue", Change: ObjectChangeKind.Change });
        Assert.DoesNotContain(plan.Objects, o => o.Change == ObjectChangeKind.Refused);
        await using (var db = await parts.OpenAsync())
        {
            var hash = (await db.Set<QuotaRequest>().SingleAsync(r => r.Id == draft.Id, Ct)).ContentHash;
            Done(await parts.Get<QuotaDecisionService>().ApproveAsync(parts.Admin, new QuotaDecision(draft.Id, hash), 2, Ct));
        }
        await UntilAsync(async () =>
        {
            var ns = await ProjectSteps.NamespaceAsync(parts, project);
            return (await parts.Chart.MustAsync("GET", $"/api/v1/namespaces/{ns}/resourcequotas/project-limits")).Text("spec", "hard", "requests.nvidia.com/gpu") == "2";
        }, () => "the cluster grants two cards");
        await ProjectSteps.ReadyAsync(parts, project);
        return draft.Id;
    }

    public static async Task RemovePoolAsync(TwoParts parts, Guid pool)
    {
        Done(await parts.Get<PoolRemovalService>().RemoveAsync(parts.Admin, pool, Ct));
        await UntilAsync(async () => !(await parts.Get<PoolQueryService>().FindAsync(parts.Admin, pool, Ct)).Succeeded, () => "the pool is gone");
    }
}
