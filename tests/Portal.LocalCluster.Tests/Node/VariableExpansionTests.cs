using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Tests.Node;

public class VariableExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal) { ["A"] = "one", ["B"] = "$(A)" };

    [Theory]
    [InlineData("$(A)/$(A)", "one/one")]
    [InlineData("$(B)", "$(A)")]
    [InlineData("$(C)", "$(C)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$one")]
    [InlineData("$A $", "$A $")]
    [InlineData("$(A", "$(A")]
    public void Expand_References_AreReplacedOnce(string text, string expected) => Assert.Equal(expected, VariableExpansion.Expand(text, Variables));
}
