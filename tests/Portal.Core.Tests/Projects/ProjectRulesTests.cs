using Portal.Core.Projects;

namespace Portal.Core.Tests.Projects;

public class ProjectRulesTests
{
    [Theory]
    [InlineData("", "project.name_empty")]
    [InlineData("   ", "project.name_empty")]
    [InlineData("kube-system", "project.name_reserved")]
    [InlineData("openshift", "project.name_reserved")]
    [InlineData("a\u0000b", "project.name_control")]
    [InlineData("Credit risk", null)]
    [InlineData("信用风险", null)]
    public void CheckName_Name_IsRefusedWithCode(string name, string? code) =>
        Assert.Equal(code, ProjectRules.CheckName(name)?.Code);

    [Fact]
    public void CheckName_300Characters_IsRefused() =>
        Assert.Equal("project.name_long", ProjectRules.CheckName(new string('x', 300))?.Code);

    [Theory]
    [InlineData("credit-risk", "ml-credit-risk")]
    [InlineData("a-b", "ml-a-b")]
    public void NamespaceFor_PlainName_KeepsIt(string name, string expected) =>
        Assert.Equal(expected, ProjectRules.NamespaceFor(name));

    [Fact]
    public void NamespaceFor_DifferentNames_StayApart()
    {
        string[] names = ["a.b", "a-b", "A-B", "a b", "a--b", "信用", "风险", "-", "é", "e", new string('x', 60), new string('x', 59)];

        var namespaces = names.Select(ProjectRules.NamespaceFor).ToList();

        Assert.Equal(names.Length, namespaces.Distinct().Count());
        Assert.All(namespaces, n => Assert.Matches("^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$", n));
    }
}
