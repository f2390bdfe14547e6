using MudBlazor;
using Portal.Core.Access;

namespace Portal.Components.Layout;

/// <summary>An entry of the main navigation.</summary>
/// <param name="Key">Key of its word in Shell.resx.</param>
/// <param name="Roles">Platform roles that see it; empty for everybody.</param>
public sealed record NavigationEntry(string Key, string Path, string Icon, PlatformRole[] Roles, bool Administration = false);

/// <summary>The main navigation.</summary>
public static class Navigation
{
    private static readonly PlatformRole[] Everybody = [];
    private static readonly PlatformRole[] Deciders = [PlatformRole.Lead, PlatformRole.Admin, PlatformRole.Auditor];
    private static readonly PlatformRole[] Readers = [PlatformRole.Admin, PlatformRole.Auditor];

    /// <summary>Every entry, in order.</summary>
    public static readonly IReadOnlyList<NavigationEntry> All =
    [
        new("nav.home", "/", Icons.Material.Outlined.Home, Everybody),
        new("nav.projects", "/projects", Icons.Material.Outlined.Folder, Everybody),
        new("nav.approvals", "/approvals", Icons.Material.Outlined.FactCheck, Deciders),
        new("nav.training", "/training", Icons.Material.Outlined.ModelTraining, Everybody),
        new("nav.monitoring", "/monitoring", Icons.Material.Outlined.Insights, Everybody),
        new("nav.hardware", "/hardware", Icons.Material.Outlined.Memory, Readers, Administration: true),
        new("nav.clusters", "/clusters", Icons.Material.Outlined.Hub, Readers, Administration: true),
        new("nav.teams", "/teams", Icons.Material.Outlined.Groups, Deciders, Administration: true),
        new("nav.audit", "/audit", Icons.Material.Outlined.History, Readers, Administration: true),
    ];

    /// <summary>What somebody with this role is offered, in order.</summary>
    public static IEnumerable<NavigationEntry> For(PlatformRole role) => All.Where(e => e.Roles.Length == 0 || e.Roles.Contains(role));
}
