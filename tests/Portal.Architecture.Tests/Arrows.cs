using System.Reflection;

namespace Portal.Architecture.Tests;

/// <summary>Which assembly may know which. Pure.</summary>
internal static class Arrows
{
    private static readonly Dictionary<string, string[]> Ours = new()
    {
        ["Portal.Core"] = [],
        ["Portal.LocalCluster"] = [],
        ["Portal.Infrastructure"] = ["Portal.Core"],
        ["Portal"] = ["Portal.Core", "Portal.Infrastructure", "Portal.LocalCluster"],
    };

    // The domain knows EF Core's model and the account's type; no provider, no cluster client, no web.
    private static readonly string[] NotInCore =
        ["Npgsql", "Microsoft.EntityFrameworkCore.Sqlite", "Microsoft.Data.Sqlite", "KubernetesClient", "k8s", "Yarp", "MudBlazor", "Microsoft.AspNetCore"];

    // Its cluster is reached over HTTP like any other.
    private static readonly string[] NotInLocalCluster = ["KubernetesClient", "Microsoft.EntityFrameworkCore", "MudBlazor"];

    /// <summary>The references that an assembly may not have.</summary>
    public static IReadOnlyList<string> Broken(string assembly, IEnumerable<string> references) =>
        [.. references.Where(r => IsOurs(r) ? !Ours[assembly].Contains(r) : Forbidden(assembly).Any(f => r.StartsWith(f, StringComparison.Ordinal)))];

    /// <summary>Names of the assemblies that one references.</summary>
    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name ?? "");

    private static bool IsOurs(string name) => name == "Portal" || name.StartsWith("Portal.", StringComparison.Ordinal);

    private static string[] Forbidden(string assembly) => assembly switch
    {
        "Portal.Core" => NotInCore,
        "Portal.LocalCluster" => NotInLocalCluster,
        _ => [],
    };
}
