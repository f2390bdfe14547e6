using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Teams;
using Portal.Testing.Waiting;
using Portal.Testing.Web;

namespace Portal.EndToEnd.Tests.Hardware;

/// <summary>A project of the scientist's with units of a pool, for stories that begin after the approval.</summary>
/// <param name="Request">The request that holds the units.</param>
internal sealed record GrantedProject(ProjectView Project, Guid Request)
{
    /// <summary>Makes team and project, asks, approves, and waits until the project has it.</summary>
    public static async Task<GrantedProject> MakeAsync(RunningPortal portal, HardwarePool pool, int units, string story)
    {
        var (admin, lead, scientist) = (await portal.ActorAsync("admin"), await portal.ActorAsync("lead"), await portal.ActorAsync("scientist"));
        var name = $"{story} {Guid.NewGuid():N}"[..(story.Length + 7)];
        var team = await Get<TeamService>(portal).CreateAsync(
            admin, new TeamDraft(Guid.CreateVersion7(), name) { Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)] }, default);
        var project = await Get<ProjectService>(portal).CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), name, team.Value), default);
        Assert.True((await Get<HardwareService>(portal).SetBudgetAsync(admin, pool.Id, team.Value, 4, default)).Succeeded);
        var now = DateTimeOffset.UtcNow;
        var wish = new QuotaDraft(Guid.CreateVersion7(), project.Value, pool.Id, units, now, now.AddDays(7), "Retrain");
        Assert.True((await Get<QuotaService>(portal).SubmitAsync(scientist, wish, default)).Succeeded);
        var seen = (await Get<QuotaQueryService>(portal).GetAsync(lead, wish.Id, default)).Value;
        Assert.True((await Get<QuotaDecisionService>(portal).ApproveAsync(lead, new QuotaDecision(wish.Id, seen.ContentHash), units, default)).Succeeded);
        ProjectView? view = null;
        await Eventually.TrueAsync(
            async () => (view = (await Get<ProjectQueryService>(portal).GetAsync(scientist, project.Value, default)).Value).State == ProjectState.Ready
                && view.ObservedGeneration == view.Generation, "the project ready");
        return new GrantedProject(view!, wish.Id);
    }

    private static T Get<T>(RunningPortal portal) where T : notnull => portal.Services.GetRequiredService<T>();
}
