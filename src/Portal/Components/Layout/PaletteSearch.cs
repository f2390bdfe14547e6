using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Components.Layout;

/// <summary>Finds where the reader may want to go: pages, things to create, their projects and runs.</summary>
public sealed class PaletteSearch(
    CurrentActor current, ProjectQueryService projects, TrainingList runs, IStringLocalizer<Resources.Shell> words)
{
    private const int PerKind = 6;

    /// <summary>What matches the text, nearest first; everything general when it is empty.</summary>
    public async Task<IReadOnlyList<PaletteItem>> FindAsync(string text, CancellationToken ct)
    {
        var actor = await current.GetAsync();
        var role = await current.RoleAsync();
        var items = new List<PaletteItem>();
        items.AddRange(Pages(role).Concat(Creations(role)).Where(i => i.Title.Contains(text, StringComparison.CurrentCultureIgnoreCase)));
        var query = new ListQuery(text.Length == 0 ? null : text, Take: PerKind);
        var found = await projects.ListAsync(actor, query, new ProjectFilter(), ct);
        if (found.Succeeded)
            items.AddRange(found.Value.Items.Select(p => new PaletteItem(p.Name, words["palette.project"], $"/projects/{p.Id}", Icons.Material.Outlined.Folder)));
        if (text.Length > 0)
        {
            var started = await runs.ForPersonAsync(actor, query, null, ct);
            if (started.Succeeded)
                items.AddRange(started.Value.Items.Select(r => new PaletteItem(r.Name, words["palette.run"], $"/training/{r.Id}", Icons.Material.Outlined.ModelTraining)));
        }
        return items;
    }

    private IEnumerable<PaletteItem> Pages(PlatformRole role) =>
        Navigation.For(role).Select(e => new PaletteItem(words[e.Key], words["palette.goto"], e.Path, e.Icon))
            .Append(new PaletteItem(words["nav.account"], words["palette.goto"], "/account", Icons.Material.Outlined.AccountCircle))
            .Append(new PaletteItem(words["nav.causes"], words["palette.goto"], "/causes", Icons.Material.Outlined.HelpOutline));

    private IEnumerable<PaletteItem> Creations(PlatformRole role)
    {
        yield return new PaletteItem(words["palette.newproject"], words["palette.create"], "/projects/new", Icons.Material.Outlined.Add);
        if (role == PlatformRole.Admin)
            yield return new PaletteItem(words["palette.newpool"], words["palette.create"], "/hardware/new", Icons.Material.Outlined.Add);
    }
}
