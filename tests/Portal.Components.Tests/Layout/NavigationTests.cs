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
        Assert.Equal(offered, new Navigation().For(role).Any(e => e.Path == "/teams"));
}
