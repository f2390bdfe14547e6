namespace Portal.Core.Access;

/// <summary>Every right the portal knows. Who holds it is in <see cref="AccessTable"/> and nowhere else.</summary>
public enum Permission
{
    /// <summary>See what every signed-in person may: catalogue, own account, lists cut to one's own.</summary>
    PortalUse,

    /// <summary>Manage one's own account: its language and its API tokens.</summary>
    AccountManage,

    /// <summary>Look people up by name, for lists and pickers.</summary>
    PeopleView,

    /// <summary>Make accounts, change their platform role, set a password anew, disable and enable them.</summary>
    PeopleManage,

    /// <summary>See a team with its members.</summary>
    TeamView,

    /// <summary>Make a team.</summary>
    TeamCreate,

    /// <summary>Change what a team is called and prefills, and who belongs to it.</summary>
    TeamManage,

    /// <summary>Make a project of a team.</summary>
    ProjectCreate,

    /// <summary>See a project and what is in it.</summary>
    ProjectView,

    /// <summary>Change what was filled in about a project: name, size, data class, region, cost centre, description.</summary>
    ProjectEdit,

    /// <summary>Add and remove a project's members and change their role in it.</summary>
    ProjectMembersManage,

    /// <summary>Let nothing new start in a project, and lift that.</summary>
    ProjectFreeze,

    /// <summary>Archive a project, and bring an archived one back.</summary>
    ProjectArchive,

    /// <summary>Delete a project with its namespace.</summary>
    ProjectDelete,

    /// <summary>Have a failed step of a project tried again now.</summary>
    ProjectRetry,

    /// <summary>Say who shall hold fields of an object that somebody else has changed.</summary>
    ObjectTakeOver,

    /// <summary>See the pools, their nodes and how much of them is free.</summary>
    PoolView,

    /// <summary>Make, change and remove pools, and say how idle units of theirs are lent.</summary>
    PoolManage,

    /// <summary>Say how much of a pool the leads of a team may grant.</summary>
    BudgetManage,

    /// <summary>See a project's quota requests and grants.</summary>
    QuotaView,

    /// <summary>Ask for units of a pool, change or withdraw one's request, and give a grant back.</summary>
    QuotaRequest,

    /// <summary>Approve or reject within the team's budget, and reclaim a grant.</summary>
    QuotaDecide,

    /// <summary>Approve more than the team's budget holds.</summary>
    QuotaDecideBeyondBudget,

    /// <summary>Begin and end grants when their time has come: the portal's own loop.</summary>
    QuotaExpire,

    /// <summary>See a project's notebooks and how they stand.</summary>
    NotebookView,

    /// <summary>Launch notebooks, start stopped ones, and delete them.</summary>
    NotebookRun,

    /// <summary>Reach the server of a notebook, which runs code as the project, and read its log.</summary>
    NotebookOpen,

    /// <summary>Stop notebooks that are idle, as Kubeflow's culling does: the portal's own loop.</summary>
    NotebookCull,

    /// <summary>See a project's training runs with metrics, logs and artefacts.</summary>
    TrainingView,

    /// <summary>Launch training runs.</summary>
    TrainingRun,

    /// <summary>Store what a run reports of itself: parameters, metrics, artefacts.</summary>
    TrainingReport,

    /// <summary>Stop what runs, whoever started it.</summary>
    WorkloadStop,

    /// <summary>See a project's monitored models.</summary>
    ModelView,

    /// <summary>Make and delete monitored models, and give them their reference and limits.</summary>
    ModelManage,

    /// <summary>See the drift reports of a project's models.</summary>
    DriftView,

    /// <summary>Hand over production data of a model.</summary>
    DriftIngest,

    /// <summary>Read the audit log of the whole platform, and export it.</summary>
    AuditView,

    /// <summary>Verify the hash chain of the audit log.</summary>
    AuditVerify,

    /// <summary>See the registered clusters and how they stand.</summary>
    ClusterView,

    /// <summary>Register, change and remove clusters.</summary>
    ClusterManage,
}
