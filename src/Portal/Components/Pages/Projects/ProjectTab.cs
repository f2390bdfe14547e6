using Portal.Components.Pages.Monitoring;
using Portal.Components.Pages.Notebooks;
using Portal.Components.Pages.Projects.Activity;
using Portal.Components.Pages.Projects.Members;
using Portal.Components.Pages.Projects.Objects;
using Portal.Components.Pages.Projects.Overview;
using Portal.Components.Pages.Projects.Settings;
using Portal.Components.Pages.Quotas;
using Portal.Components.Pages.Training;
using Portal.Core.Access;

namespace Portal.Components.Pages.Projects;

/// <summary>A tab of the project page.</summary>
/// <param name="Key">Last part of its address, and its word <c>tab.KEY</c> in Projects.resx.</param>
/// <param name="Content">Component that takes a cascading <see cref="ProjectContext"/>.</param>
/// <param name="Permission">Who lacks it does not see the tab.</param>
public sealed record ProjectTab(string Key, Type Content, Permission Permission = Permission.ProjectView)
{
    /// <summary>All tabs in order. A feature adds its own with one line.</summary>
    public static readonly IReadOnlyList<ProjectTab> All =
    [
        new("overview", typeof(OverviewTab)),
        new("notebooks", typeof(NotebooksTab), Permission.NotebookView),
        new("training", typeof(TrainingTab), Permission.TrainingView),
        new("monitoring", typeof(MonitoringTab), Permission.DriftView),
        new("quota", typeof(QuotaTab), Permission.QuotaView),
        new("members", typeof(MembersTab)),
        new("activity", typeof(ActivityTab)),
        new("resources", typeof(ResourcesTab)),
        new("settings", typeof(SettingsTab), Permission.ProjectEdit),
    ];

    /// <summary>The tab of an address, the first one where it names none; null where it names one that is not there.</summary>
    public static ProjectTab? Find(string? key, ProjectContext context) => All.FirstOrDefault(t =>
        (string.IsNullOrEmpty(key) || t.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) && context.May(t.Permission));
}
