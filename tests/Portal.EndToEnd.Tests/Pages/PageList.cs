using Microsoft.AspNetCore.Components;
using Portal.Components.Pages.Projects;
using Portal.Testing.Web;

namespace Portal.EndToEnd.Tests.Pages;

/// <summary>Every page of the portal with an address on which the sample has something to show, and who looks at it.</summary>
internal static class PageList
{
    /// <summary>Stands for the notebook that the fixture launches in the sample's project.</summary>
    public const string Notebook = "{notebook}";

    private static readonly string Project = $"/projects/{SampleTrial.Project}";

    /// <summary>Account (null for nobody) and address.</summary>
    public static readonly IReadOnlyList<(string? Account, string Path)> All =
    [
        (null, "/sign-in"), (null, "/error"), ("scientist", "/not-found"), ("scientist", "/nowhere"), ("scientist", "/forbidden"), ("scientist", "/causes"),
        ("scientist", "/"), ("admin", "/"), ("scientist", "/account"), ("auditor", "/audit"), ("auditor", $"/audit?object={SampleTrial.Request}"),
        ("scientist", "/projects"), ("lead", "/projects/new"), ("scientist", Project), ("scientist", Project + "/quota/new"),
        .. ProjectTab.All.Select(tab => ((string?)"scientist", $"{Project}/{tab.Key}")),
        ("scientist", "/quotas"), ("lead", "/approvals"), ("lead", $"/quotas/{SampleTrial.Request}"), ("scientist", $"/quotas/{SampleTrial.Request}"),
        ("scientist", $"/quotas/{SampleTrial.Request}/edit"),
        ("scientist", Project + "/notebooks/new"), ("scientist", "/notebook/" + Notebook),
        ("scientist", "/training"), ("scientist", Project + "/training/new"), ("scientist", $"/training/{SampleTrial.Run}"),
        ("scientist", "/monitoring"), ("lead", "/monitoring/new"), ("scientist", $"/monitoring/{SampleTrial.Model}"),
        ("scientist", $"/monitoring/{SampleTrial.Model}?feature=age"),
        ("admin", "/hardware"), ("admin", "/hardware/new"), ("admin", $"/hardware/{SampleTrial.Pool}"), ("scientist", $"/hardware/{SampleTrial.Pool}"),
        ("admin", "/clusters"), ("admin", "/clusters/new"), ("admin", "/clusters/" + Portal.Core.Clusters.ClusterRegistration.ConfiguredId),
        ("admin", "/teams"), ("lead", "/teams"), ("admin", "/teams/new"), ("admin", $"/teams/{SampleTrial.Team}"), ("scientist", $"/teams/{SampleTrial.Team}"),
        ("admin", "/people"), ("admin", "/people/new"),
    ];

    /// <summary>Route templates of all page components.</summary>
    public static IEnumerable<string> Routes => typeof(PortalApplication).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributes(typeof(RouteAttribute), inherit: false).Cast<RouteAttribute>()).Select(route => route.Template);
}
