using System.Reflection;

namespace Portal.Architecture.Tests;

/// <summary>The arrows of the house: Portal → Infrastructure → Core, and the embedded cluster stands alone.</summary>
public class ArrowTests
{
    public static TheoryData<string> Assemblies => ["Portal", "Portal.Core", "Portal.Infrastructure", "Portal.LocalCluster"];

    [Theory, MemberData(nameof(Assemblies))]
    public void Assembly_References_FollowTheArrows(string name) => Assert.Empty(Arrows.Broken(name, Arrows.Of(Load(name))));

    [Theory]
    [InlineData("Portal.Core", "Portal.Infrastructure")]
    [InlineData("Portal.Core", "Npgsql.EntityFrameworkCore.PostgreSQL")]
    [InlineData("Portal.Core", "Microsoft.AspNetCore.Http")]
    [InlineData("Portal.LocalCluster", "Portal.Core")]
    [InlineData("Portal.Infrastructure", "Portal")]
    public void Assembly_ReferenceAgainstAnArrow_IsFound(string name, string reference) =>
        Assert.Equal([reference], Arrows.Broken(name, [reference, "System.Runtime"]));

    [Fact]
    public void OuterProjects_AreKnownToTheCompositionAlone()
    {
        string[] composition = ["PortalApplication.cs", "Hosting/", "Accounts/"];
        var elsewhere = SourceFiles.Of("src/Portal").Where(f => !composition.Any(c => f.Path.StartsWith("src/Portal/" + c, StringComparison.Ordinal))
            && f.Uses("Portal.Infrastructure", "Portal.LocalCluster"));

        Assert.Empty(elsewhere.Select(f => f.Path));
    }

    [Fact]
    public void PagesAndEndpoints_CallServicesAndNotTheDatabase()
    {
        var direct = SourceFiles.Of("src/Portal/Components").Concat(SourceFiles.Of("src/Portal/Api"))
            .Where(f => f.Text.Contains("PortalDb", StringComparison.Ordinal) || f.Uses("Microsoft.EntityFrameworkCore"));

        Assert.Empty(direct.Select(f => f.Path));
    }

    [Fact]
    public void Uses_OfAnOuterProject_IsFound()
    {
        Assert.True(new SourceFile("a.cs", "using Portal.Infrastructure.Data;\n").Uses("Portal.Infrastructure"));
        Assert.True(new SourceFile("a.razor", "@using Portal.LocalCluster\n").Uses("Portal.LocalCluster"));
        Assert.False(new SourceFile("a.cs", "// Portal.Infrastructure registers it\n").Uses("Portal.Infrastructure"));
    }

    internal static Assembly Load(string name) => Assembly.Load(new AssemblyName(name));
}
