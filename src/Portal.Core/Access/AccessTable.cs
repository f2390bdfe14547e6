using static Portal.Core.Access.Permission;

namespace Portal.Core.Access;

/// <summary>The one table of role × permission. Services enforce it; pages only use it to hide what can never be done.</summary>
public static class AccessTable
{
    private const Role ReadAll = Role.Admin | Role.Auditor;
    private const Role InProject = Role.Viewer | Role.Contributor | Role.Owner;
    private const Role Working = Role.Contributor | Role.Owner;

    private static readonly Dictionary<Permission, Role> Table = new()
    {
        [PortalUse] = Role.SignedIn,
        [AccountManage] = Role.SignedIn,

        [PeopleView] = Role.SignedIn,
        [PeopleManage] = Role.Admin | Role.System,
        [TeamView] = ReadAll | Role.TeamMember | Role.TeamLead,
        [TeamCreate] = Role.Admin | Role.System,
        [TeamManage] = Role.Admin | Role.TeamLead,

        [ProjectCreate] = Role.TeamMember | Role.TeamLead | Role.Admin,
        [ProjectView] = ReadAll | Role.TeamLead | InProject,
        [ProjectEdit] = Role.Owner | Role.TeamLead | Role.Admin,
        [ProjectMembersManage] = Role.Owner | Role.TeamLead | Role.Admin,
        [ProjectFreeze] = Role.TeamLead | Role.Admin,
        [ProjectArchive] = Role.Owner | Role.TeamLead | Role.Admin,
        [ProjectDelete] = Role.Owner | Role.TeamLead | Role.Admin,
        [ProjectRetry] = Role.Owner | Role.TeamLead | Role.Admin,

        [ObjectTakeOver] = Role.Owner | Role.TeamLead | Role.Admin,

        [PoolView] = Role.SignedIn,
        [PoolManage] = Role.Admin,
        [BudgetManage] = Role.Admin,

        [QuotaView] = ReadAll | Role.TeamLead | InProject,
        [QuotaRequest] = Working,
        [QuotaDecide] = Role.TeamLead | Role.Admin,
        [QuotaDecideBeyondBudget] = Role.Admin,
        [QuotaExpire] = Role.System,

        [NotebookView] = ReadAll | Role.TeamLead | InProject,
        [NotebookRun] = Working,
        [NotebookOpen] = Working,
        [NotebookCull] = Role.System,

        [TrainingView] = ReadAll | Role.TeamLead | InProject,
        [TrainingRun] = Working,
        [TrainingReport] = Role.System,

        [WorkloadStop] = Working | Role.TeamLead | Role.Admin,

        [ModelView] = ReadAll | Role.TeamLead | InProject,
        [ModelManage] = Working,
        [DriftView] = ReadAll | Role.TeamLead | InProject,
        [DriftIngest] = Working | Role.System,

        [AuditView] = Role.Auditor | Role.Admin,
        [AuditVerify] = Role.Auditor | Role.Admin,
        [ClusterView] = ReadAll,
        [ClusterManage] = Role.Admin,
    };

    /// <summary>The roles of which any one suffices.</summary>
    /// <exception cref="KeyNotFoundException">The permission has no row: a bug, caught by a test.</exception>
    public static Role Holders(Permission permission) => Table[permission];

    /// <summary>True when somebody who is <paramref name="roles"/> towards an object may do this to it.</summary>
    public static bool Allows(Role roles, Permission permission) => (roles & Holders(permission)) != Role.None;
}
