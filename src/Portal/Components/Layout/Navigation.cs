using System.Reflection;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Core.Access;

namespace Portal.Components.Layout;

/// <summary>An entry of the main navigation.</summary>
/// <param name="Key">Key of its word in Shell.resx.</param>
/// <param name="Roles">Platform roles that see it; empty for everybody.</param>
public sealed record NavigationEntry(string Key, string Path, string Icon, PlatformRole[] Roles, bool Administration = false);

/// <summary>The main navigation. An entry is there once a page has its address, so that no link leads nowhere.</summary>
public sealed class Navigation
{
    private static readonly PlatformRole[] Everybody = [];
    private static readonly PlatformRole[] Deciders = [PlatformRole.Lead, PlatformRole.Admin, PlatformRole.Auditor];
    private static readonly PlatformRole[] Readers = [PlatformRole.Admin, PlatformRole.Auditor];

    private static readonly NavigationEntry[] Wanted =
    [
        new("nav.home", "/", Icons.Material.Outlined.Home, Everybody),
        new("nav.projects", "/projects", Icons.Material.Outlined.Folder, Everybody),
        new("nav.approvals", "/approvals", Icons.Material.Outlined.FactCheck, Deciders),
        new("nav.training", "/training", Icons.Material.Outlined.ModelTraining, Everybody),
        new("nav.models", "/models", Icons.Material.Outlined.Inventory2, Everybody),
        new("nav.monitoring", "/monitoring", Icons.Material.Outlined.Insights, Everybody),
        new("nav.catalog", "/catalog", Icons.Material.Outlined.Apps, Everybody),
        new("nav.hardware", "/hardware", Icons.Material.Outlined.Memory, Readers, Administration: true),
        new("nav.clusters", "/clusters", Icons.Material.Outlined.Hub, Readers, Administration: true),
        new("nav.teams", "/teams", Icons.Material.Outlined.Groups, Deciders, Administration: true),
        new("nav.audit", "/audit", Icons.Material.Outlined.History, Readers, Administration: true),
    ];

    private readonly HashSet<string> _routes;
    private readonly NavigationEntry[] _entries;

    public Navigation()
    {
        _routes = typeof(Navigation).Assembly.GetTypes()
            .SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _entries = [.. Wanted.Where(e => _routes.Contains(e.Path))];
    }

    /// <summary>What somebody with this role is offered, in order.</summary>
    public IEnumerable<NavigationEntry> For(PlatformRole role) => _entries.Where(e => e.Roles.Length == 0 || e.Roles.Contains(role));

    /// <summary>True when a page has this route template, for example <c>/training/{Id:guid}</c>.</summary>
    public bool Serves(string template) => _routes.Contains(template);
}
