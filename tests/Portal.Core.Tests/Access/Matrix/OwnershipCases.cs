using Portal.Core.Cluster;
using Portal.Core.Hardware.Lending;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class OwnershipCases : MatrixCases
{
    private const string NoCluster = "cluster.unreachable";

    public OwnershipCases()
    {
        Case<DisputeService>(nameof(DisputeService.TakeOverAsync), Towards.Project, (s, actor, target) => s.TakeOverAsync(actor, target["dispute"], default));
        Case<DisputeService>(nameof(DisputeService.LeaveAsync), Towards.Project, (s, actor, target) => s.LeaveAsync(actor, target["dispute"], default));

        Case<DisputeQueryService>(nameof(DisputeQueryService.OfProjectAsync), Towards.Project, async (s, actor, target) =>
            await s.OfProjectAsync(actor, target.ProjectId, null, default));
        Case<DisputeQueryService>(nameof(DisputeQueryService.OfPlatformAsync), Towards.Platform, async (s, actor, target) =>
            await s.OfPlatformAsync(actor, target["cluster"], null, default));

        Case<ProjectChangePreview>(nameof(ProjectChangePreview.ForEditAsync), Towards.Project, async (s, actor, target) =>
            await s.ForEditAsync(actor, target.ProjectId, new ProjectContent("Renamed"), default), NoCluster);
        Case<QuotaChangePreview>(nameof(QuotaChangePreview.ForApprovalAsync), Towards.Project, async (s, actor, target) =>
            await s.ForApprovalAsync(actor, target["quota"], 1, default), NoCluster);
        Case<LendingChangePreview>(nameof(LendingChangePreview.ForLendingAsync), Towards.Platform, async (s, actor, target) =>
            await s.ForLendingAsync(actor, target["pool"], new PoolLending(), default));
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        var dispute = new ObjectDispute
        {
            OwnerKind = "Project",
            OwnerId = target.ProjectId,
            ProjectId = target.ProjectId,
            ObjectKind = "ResourceQuota",
            Namespace = target.Name,
            Name = "project-limits",
            Conflicts = [new FieldConflict("kubectl-edit", ".spec.hard.pods")],
            Keeper = KeeperKind.Portal,
        };
        await using var db = await database.OpenAsync();
        db.Add(dispute);
        await db.SaveChangesAsync();
        target["dispute"] = dispute.Id;
    }
}
