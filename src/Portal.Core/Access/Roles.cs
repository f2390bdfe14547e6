namespace Portal.Core.Access;

/// <summary>What a person is on the platform as a whole.</summary>
public enum PlatformRole
{
    /// <summary>Has what teams and projects give, nothing of the platform's own.</summary>
    Scientist,

    /// <summary>One who leads teams; the rights come with <see cref="TeamRole.Lead"/> of each.</summary>
    Lead,

    /// <summary>Runs the platform: people, teams, clusters, pools, budgets; sees all projects.</summary>
    Admin,

    /// <summary>Reads everything with the audit log and changes nothing.</summary>
    Auditor,
}

/// <summary>What a person is in a team.</summary>
public enum TeamRole
{
    /// <summary>May make projects of the team.</summary>
    Member,

    /// <summary>Sees and manages all projects of the team, and decides on their quota requests.</summary>
    Lead,
}

/// <summary>What a person is in a project.</summary>
public enum ProjectRole
{
    /// <summary>Sees everything of the project and changes nothing.</summary>
    Viewer,

    /// <summary>Works in it: notebooks, training runs, models, quota requests.</summary>
    Contributor,

    /// <summary>A contributor who also changes the project and its members.</summary>
    Owner,
}

/// <summary>Everything a person can be towards one object, as the columns of <see cref="AccessTable"/>.</summary>
[Flags]
public enum Role
{
    /// <summary>Nobody here: not signed in, disabled, or the object does not exist.</summary>
    None = 0,

    /// <summary>Signed in and not disabled.</summary>
    SignedIn = 1,

    /// <summary><see cref="PlatformRole.Scientist"/> on the platform.</summary>
    Scientist = 2,

    /// <summary><see cref="PlatformRole.Lead"/> on the platform; says nothing of any one team.</summary>
    Lead = 4,

    /// <summary><see cref="PlatformRole.Admin"/> on the platform.</summary>
    Admin = 8,

    /// <summary><see cref="PlatformRole.Auditor"/> on the platform.</summary>
    Auditor = 16,

    /// <summary>Member of the team that the object belongs to.</summary>
    TeamMember = 32,

    /// <summary>Leads the team that the object belongs to.</summary>
    TeamLead = 64,

    /// <summary><see cref="ProjectRole.Viewer"/> of the project that the object belongs to.</summary>
    Viewer = 128,

    /// <summary><see cref="ProjectRole.Contributor"/> of the project that the object belongs to.</summary>
    Contributor = 256,

    /// <summary><see cref="ProjectRole.Owner"/> of the project that the object belongs to.</summary>
    Owner = 512,

    /// <summary>One of the portal's own loops.</summary>
    System = 1024,
}
