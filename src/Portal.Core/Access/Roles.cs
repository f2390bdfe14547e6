namespace Portal.Core.Access;

/// <summary>What a person is on the platform as a whole.</summary>
public enum PlatformRole { Scientist, Lead, Admin, Auditor }

/// <summary>What a person is in a team.</summary>
public enum TeamRole { Member, Lead }

/// <summary>What a person is in a project.</summary>
public enum ProjectRole { Viewer, Contributor, Owner }

/// <summary>Everything a person can be towards one object, as the columns of <see cref="AccessTable"/>.</summary>
[Flags]
public enum Role
{
    None = 0,

    /// <summary>Signed in and not disabled.</summary>
    SignedIn = 1,
    Scientist = 2,
    Lead = 4,
    Admin = 8,
    Auditor = 16,

    /// <summary>Member of the team that the object belongs to.</summary>
    TeamMember = 32,

    /// <summary>Leads the team that the object belongs to.</summary>
    TeamLead = 64,
    Viewer = 128,
    Contributor = 256,
    Owner = 512,

    /// <summary>One of the portal's own loops.</summary>
    System = 1024,
}
