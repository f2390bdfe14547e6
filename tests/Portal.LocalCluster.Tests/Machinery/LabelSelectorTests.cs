using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Machinery;

public class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["empty"] = "", ["rank"] = "3" };

    [Theory]
    [InlineData("app=web", true)]
    [InlineData("app==web,tier=front", true)]
    [InlineData("app!=web", false)]
    [InlineData("none!=web", true)]
    [InlineData("app in (web, api)", true)]
    [InlineData("app notin (web,api)", false)]
    [InlineData("none notin (x)", true)]
    [InlineData("tier", true)]
    [InlineData("!tier", false)]
    [InlineData("!none,app", true)]
    [InlineData("empty=", true)]
    [InlineData("rank>2", true)]
    [InlineData("rank>3,app", false)]
    [InlineData("rank<4", true)]
    [InlineData("app<4", false)]
    public void Matches_FollowsTheSelector(string selector, bool matches) => Assert.Equal(matches, LabelSelector.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("a in (b")]
    [InlineData("a in b")]
    [InlineData("a=b c=d")]
    [InlineData(",a")]
    [InlineData("a>b")]
    [InlineData("-bad=1")]
    [InlineData("a/b/c=1")]
    [InlineData("a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Parse_OfSomethingElse_IsABadRequest(string selector) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => LabelSelector.Parse(selector)).Code);
}
