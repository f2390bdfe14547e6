using System.Reflection;
using Microsoft.AspNetCore.Components;
using Portal.Components.Layout;
using Portal.Core.Access;

namespace Portal.Components.Tests.Layout;

public class NavigationTests
{
    [Theory]
    [InlineData(PlatformRole.Admin, true)]
    [InlineData(PlatformRole.Auditor, true)]
    [InlineData(PlatformRole.Lead, true)]
    [InlineData(PlatformRole.Scientist, false)]
    public void Teams_AreOfferedToThoseWhoDecideOrSeeThem(PlatformRole role, bool offered) =>
        Assert.Equal(offered, Navigation.For(role).Any(e => e.Path == "/teams"));

    [Fact]
    public void Entries_LeadToPages()
    {
        var pages = typeof(Navigation).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).ToHashSet();

        Assert.All(Navigation.All, e => Assert.Contains(e.Path, pages));
    }
}
