using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using static Portal.Integration.Tests.Identities.Jobs.Asked;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>What people do with a project, from its beginning to its end.</summary>
internal static class ProjectSteps
{
    public static async Task<Guid> OnboardAsync(TwoParts parts)
    {
        var id = Value(await parts.Get<ProjectService>().CreateAsync(parts.Scientist, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", parts.Team), Ct));
        await ReadyAsync(parts, id);
        return id;
    }

    // Somebody copies a policy of the project under another name and lets everything in; it goes.
    public static async Task OpenNetworkAsync(TwoParts parts, Guid project)
    {
        var ns = await NamespaceAsync(parts, project);
        var policies = $"/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies";
        var wide = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "wide",
                ["labels"] = (await parts.Chart.MustAsync("GET", policies + "/default-deny"))["metadata"]!["labels"]!.DeepClone(),
            },
            ["spec"] = new JsonObject { ["podSelector"] = new JsonObject(), ["ingress"] = new JsonArray(new JsonObject()) },
        };
        await parts.Chart.MustAsync("POST", policies, wide.ToJsonString());
        await UntilAsync(async () => (await parts.Chart.SendAsync("", "GET", policies + "/wide")).Status == 404, () => "the wide policy goes");
    }

    // One of each role, so that each is bound; and one that changes, so that a binding is taken away.
    public static async Task ChangeMembersAsync(TwoParts parts, Guid project)
    {
        await MembersAsync(parts, project, new MemberChange<ProjectRole>("lead", ProjectRole.Contributor), new MemberChange<ProjectRole>("auditor", ProjectRole.Viewer));
        await ReadyAsync(parts, project);
        await MembersAsync(parts, project, new MemberChange<ProjectRole>("lead", null));
        await UntilAsync(async () => !(await BoundAsync(parts, project)).Contains("edit"), () => "the lead is no longer bound");
    }

    public static async Task ArchiveAsync(TwoParts parts, Guid project)
    {
        var lifecycle = parts.Get<ProjectLifecycleService>();
        await UntilAsync(async () => (await lifecycle.ArchiveAsync(parts.Lead, project, await GenerationAsync(parts, project), Ct)).Succeeded, () => "the project is closed");
        await UntilAsync(async () => Value(await parts.Get<ProjectQueryService>().GetAsync(parts.Lead, project, Ct)).State == ProjectState.Archived, () => "the project is archived");
        await UntilAsync(async () => (await lifecycle.UnarchiveAsync(parts.Lead, project, await GenerationAsync(parts, project), Ct)).Succeeded, () => "the project is opened again");
        await ReadyAsync(parts, project);
    }

    public static async Task DeleteAsync(TwoParts parts, Guid project)
    {
        await UntilAsync(async () =>
            (await parts.Get<ProjectLifecycleService>().DeleteAsync(parts.Lead, project, await GenerationAsync(parts, project), "Credit risk", Ct)).Succeeded,
            () => "the project is asked to go");
        await UntilAsync(async () =>
        {
            await using var db = await parts.OpenAsync();
            return !await db.Projects.AnyAsync(p => p.Id == project, Ct);
        }, () => "the project is gone");
    }

    public static async Task ReadyAsync(TwoParts parts, Guid id)
    {
        Project? seen = null;
        await UntilAsync(async () =>
        {
            await using var db = await parts.OpenAsync();
            seen = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id, Ct);
            return seen.State == ProjectState.Ready && seen.ObservedGeneration == seen.Generation;
        }, () => $"the project is ready: {string.Join("; ", seen?.Steps.Select(s => $"{s.Kind} {s.State} {s.Reason} {s.Detail}") ?? [])}");
    }

    private static async Task MembersAsync(TwoParts parts, Guid project, params MemberChange<ProjectRole>[] changes) => await UntilAsync(async () =>
    {
        var view = Value(await parts.Get<ProjectQueryService>().GetAsync(parts.Scientist, project, Ct));
        return (await parts.Get<ProjectMembersService>().ChangeAsync(parts.Scientist, project, view.Generation, changes, Ct)).Succeeded;
    }, () => "the members are changed");

    private static async Task<IReadOnlyList<string>> BoundAsync(TwoParts parts, Guid project)
    {
        var ns = await NamespaceAsync(parts, project);
        var bindings = await parts.Chart.MustAsync("GET", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings");
        return [.. bindings.Items("items").Select(b => b.Text("roleRef", "name")!)];
    }

    private static async Task<long> GenerationAsync(TwoParts parts, Guid project)
    {
        await using var db = await parts.OpenAsync();
        return await db.Projects.Where(p => p.Id == project).Select(p => p.Generation).SingleAsync(Ct);
    }

    public static async Task<string> NamespaceAsync(TwoParts parts, Guid project)
    {
        await using var db = await parts.OpenAsync();
        return await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync(Ct);
    }
}
