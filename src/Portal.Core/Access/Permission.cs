namespace Portal.Core.Access;

/// <summary>Every right the portal knows. Who holds it is in <see cref="AccessTable"/> and nowhere else.</summary>
public enum Permission
{
    /// <summary>See what every signed-in person may: catalogue, own account, lists cut to one's own.</summary>
    PortalUse,
    AccountManage,

    PeopleView,
    PeopleManage,
    TeamView,
    TeamCreate,
    TeamManage,

    ProjectCreate,
    ProjectView,
    ProjectEdit,
    ProjectMembersManage,
    ProjectFreeze,
    ProjectArchive,
    ProjectDelete,
    ProjectRetry,

    /// <summary>Say who shall hold fields of an object that somebody else has changed.</summary>
    ObjectTakeOver,

    PoolView,
    PoolManage,
    BudgetManage,

    QuotaView,
    QuotaRequest,
    QuotaDecide,
    QuotaDecideBeyondBudget,
    QuotaExpire,

    NotebookView,
    NotebookRun,
    NotebookOpen,
    NotebookCull,

    TrainingView,
    TrainingRun,
    TrainingReport,

    /// <summary>Stop what runs, whoever started it.</summary>
    WorkloadStop,

    ModelView,
    ModelManage,
    DriftView,
    DriftIngest,

    AuditView,
    AuditVerify,
    ClusterView,
    ClusterManage,
}
