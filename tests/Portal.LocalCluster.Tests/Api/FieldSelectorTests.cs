using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Field selectors as a Kubernetes 1.20.2 API server was seen to read them.</summary>
public sealed class FieldSelectorTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a=b", "a=b")]
    [InlineData("a==b,c!=d", "a=b c!d")]
    [InlineData(",a=b,,", "a=b")]
    [InlineData("a=", "a=")]
    [InlineData("=b", "=b")]
    [InlineData("a =b", "a =b")]
    [InlineData(@"a=x\,y,c=z", "a=x,y c=z")]
    [InlineData(@"a=x\=y", "a=x=y")]
    [InlineData(@"a=x\\,c=d", @"a=x\ c=d")]
    [InlineData(@"a\=b", @"a\=b")]
    public void Parse_OfTerms_TakesEscapesOutOfValues(string selector, string terms) =>
        Assert.Equal(terms, string.Join(' ', FieldSelector.Parse(selector).Select(term => $"{term.Path}{(term.Equal ? '=' : '!')}{term.Value}")));

    [Theory]
    [InlineData(@"a=x\y", @"invalid field selector: invalid escape sequence: \y")]
    [InlineData(@"a=x\", @"invalid field selector: invalid escape sequence: \")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: 61")]
    [InlineData("a=b,c", "invalid selector: 'a=b,c'; can't understand 'c'")]
    public void Parse_OfWhatIsNone_IsRefusedInTheServersWords(string selector, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => FieldSelector.Parse(selector));
        Assert.Equal((400, message), (refusal.Code, refusal.Message));
        Assert.Null(FieldSelector.NameIn(selector));
    }

    [Theory]
    [InlineData("metadata.name=x", "x")]
    [InlineData("a=b,metadata.name==x", "x")]
    [InlineData("metadata.name!=x", null)]
    [InlineData("metadata.name=", null)]
    public void NameIn_OfASelector_IsTheOneThatItAsksFor(string selector, string? name) => Assert.Equal(name, FieldSelector.NameIn(selector));
}
