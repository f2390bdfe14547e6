using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>Somebody in one role. What they are is stated here, not asked of the code under test.</summary>
internal sealed record MatrixActor(string Name, Actor Actor, Role Platform, TeamRole? InTeam = null, ProjectRole? InProject = null)
{
    /// <summary>What they are towards a target, as the table's columns.</summary>
    public Role RolesTowards(Towards towards, bool own)
    {
        if (Platform is Role.None or Role.System || towards == Towards.Platform || !own)
            return Platform;
        var roles = Platform | InTeam switch
        {
            TeamRole.Lead => Role.TeamLead | Role.TeamMember,
            TeamRole.Member => Role.TeamMember,
            _ => Role.None,
        };
        return towards == Towards.Team ? roles : roles | InProject switch
        {
            ProjectRole.Owner => Role.Owner,
            ProjectRole.Contributor => Role.Contributor,
            ProjectRole.Viewer => Role.Viewer,
            _ => Role.None,
        };
    }

    public static async Task<IReadOnlyList<MatrixActor>> AllAsync(TestDatabase database)
    {
        const Role Person = Role.SignedIn | Role.Scientist;
        // Two more admins, so that no rule about the last one hides the access rule.
        await database.PersonAsync("second-admin", PlatformRole.Admin);
        var disabled = await database.PersonAsync("disabled", PlatformRole.Admin);
        await using (var db = await database.OpenAsync())
            await db.People.Where(p => p.Id == disabled.Id).ExecuteUpdateAsync(s => s.SetProperty(p => p.Disabled, true));
        return
        [
            new("Scientist", await database.PersonAsync("scientist"), Person),
            new("Lead", await database.PersonAsync("lead", PlatformRole.Lead), Role.SignedIn | Role.Lead),
            new("Admin", await database.PersonAsync("admin", PlatformRole.Admin), Role.SignedIn | Role.Admin),
            new("Auditor", await database.PersonAsync("auditor", PlatformRole.Auditor), Role.SignedIn | Role.Auditor),
            new("TeamMember", await database.PersonAsync("teammember"), Person, InTeam: TeamRole.Member),
            new("TeamLead", await database.PersonAsync("teamlead"), Person, InTeam: TeamRole.Lead),
            new("Viewer", await database.PersonAsync("viewer"), Person, InProject: ProjectRole.Viewer),
            new("Contributor", await database.PersonAsync("contributor"), Person, InProject: ProjectRole.Contributor),
            new("Owner", await database.PersonAsync("owner"), Person, InProject: ProjectRole.Owner),
            new("Disabled", disabled, Role.None, InTeam: TeamRole.Lead, InProject: ProjectRole.Owner),
            new("System", Actor.Reconciler, Role.System),
        ];
    }
}
