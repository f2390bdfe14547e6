using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Machinery;

public class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["empty"] = "" };

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
    public void Matches_FollowsTheSelector(string selector, bool matches) => Assert.Equal(matches, LabelSelector.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("a in (b")]
    [InlineData("a in b")]
    [InlineData("a=b c=d")]
    [InlineData(",a")]
    public void Parse_OfSomethingElse_IsABadRequest(string selector) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => LabelSelector.Parse(selector)).Code);
}
