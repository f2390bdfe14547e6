using System.Text.Json.Nodes;
using Portal.LocalCluster.Cel;

namespace Portal.LocalCluster.Tests.Cel;

public class CelExpressionTests
{
    private static readonly JsonNode Object = JsonNode.Parse("""
        {"metadata":{"name":"ml-one","labels":{"mlops/managed":"true","n":null}},"spec":{"replicas":3,"ratio":0.5,"names":["a","b","b"],"items":[{"name":"x","size":1},{"name":"y"}],"empty":[]}}
        """)!;

    [Theory]
    [InlineData("object.metadata.name.startsWith('ml-') && object.spec.replicas == 3")]
    [InlineData("object.metadata.?labels[?'mlops/managed'].orValue('') == 'true'")]
    [InlineData("object.metadata.?annotations[?'absent'].orValue('none') == 'none'")]
    [InlineData("object.?spec.?absent.hasValue() == false && object.?spec.hasValue()")]
    [InlineData("has(object.metadata.labels) && !has(object.metadata.annotations)")]
    [InlineData("object.spec.names.all(n, n in ['a', 'b']) && object.spec.names.exists(n, n == 'a') && object.spec.names.exists_one(n, n == 'a')")]
    [InlineData("!object.spec.names.exists_one(n, n == 'b') && object.spec.empty.all(x, false) && !object.spec.empty.exists(x, true)")]
    [InlineData("object.spec.items.filter(i, has(i.size)).map(i, i.name) == ['x']")]
    [InlineData("object.spec.items.map(i, has(i.size), i.size * 2) == [2]")]
    [InlineData("'mlops/managed' in object.metadata.labels && object.metadata.labels['mlops/managed'] == 'true' && object.metadata.labels.n == null")]
    [InlineData("size(object.spec.names) == 3 && 'häuser'.size() == 6 && size({'a': 1, 'b': 2}) == 2")]
    [InlineData("1 + 2 * 3 - 4 / 2 == 5 && 7 % 4 == 3 && -2 + 1 == -1 && 0x10 == 16 && 1.5e1 == 15.0 && 2u == 2")]
    [InlineData("object.spec.ratio < 1 && object.spec.replicas >= 3 && 'a' < 'b' && 1 == 1.0")]
    [InlineData("(object.spec.replicas > 2 ? 'many' : 'few') == \"many\"")]
    [InlineData("true || object.no.such == 1")]
    [InlineData("object.no.such == 1 || true")]
    [InlineData("!(false && object.no.such == 1) && !(object.no.such == 1 && false)")]
    [InlineData("'a-b-c'.split('-').join('') == 'abc' && ' x '.trim() == 'x' && 'AbC'.lowerAscii() == 'abc' && 'abc'.replace('b', 'x') == 'axc'")]
    [InlineData("'team-7'.matches('^team-[0-9]+$') && !'team'.matches('[0-9]') && r'\\d' == '\\\\d' && 'a\\'b' == \"a'b\"")]
    [InlineData("[1, 2] + [3] == [1, 2, 3] && {'a': [1]}['a'][0] == 1 && string(5) == '5' && int('5') == 5 && double(1) == 1.0")]
    [InlineData("optional.of(1).value() == 1 && optional.none().orValue(2) == 2")]
    [InlineData("// a remark\n 'x' in ['x'] // another")]
    public void Expression_OverAnObject_IsTrue(string source) => Assert.True(Evaluate(source));

    [Theory]
    [InlineData("object.metadata.absent == 'x'", "no such key: absent")]
    [InlineData("object.spec.names[7] == 'x'", "index out of bounds: 7")]
    [InlineData("object.spec.names + 1 == 2", "no such overload: list + int")]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("unknown == 1", "undeclared reference to 'unknown' (in container '')")]
    [InlineData("object.spec.replicas", "no such overload: the expression is neither true nor false")]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    public void Expression_WithoutAValue_SaysWhy(string source, string message) =>
        Assert.Equal(message, Assert.Throws<CelException>(() => Evaluate(source)).Message);

    [Theory]
    [InlineData("'abc'.substring(7) == ''")]
    [InlineData("'abc'.substring(2, 1) == ''")]
    [InlineData("'abc'.substring(4294967296) == ''")]
    [InlineData("[1, 2].join(',') == ''")]
    [InlineData("['a'].sum() == 0")]
    [InlineData("[9223372036854775807, 1].sum() > 0")]
    [InlineData("'abc'.matches('(')")]
    public void Function_OfValuesItDoesNotTake_HasNoValue(string source)
    {
        Assert.False(Assert.Throws<CelException>(() => Evaluate(source)).Unsupported);
        Assert.True(Evaluate($"{source} || true"));
    }

    [Theory]
    [InlineData("'it is ' + object.metadata.name", "it is ml-one")]
    [InlineData("object.no.such", null)]
    [InlineData("' '", null)]
    [InlineData("'two\\nlines'", null)]
    [InlineData("object.spec.replicas", null)]
    public void Line_OfAMessage_IsTextOrNothing(string source, string? expected) =>
        Assert.Equal(expected, CelExpression.Parse(source).Line(new Dictionary<string, Func<object?>> { ["object"] = () => Object }));

    [Theory]
    [InlineData("object.")]
    [InlineData("object.metadata.name ==")]
    [InlineData("(1 + 2")]
    [InlineData("'open")]
    [InlineData("a b")]
    [InlineData("has(object)")]
    [InlineData("@")]
    public void Expression_ThatCannotBeRead_IsRefused(string source) => Assert.Throws<CelException>(() => CelExpression.Parse(source));

    private static bool Evaluate(string source) =>
        CelExpression.Parse(source).IsTrue(new Dictionary<string, Func<object?>> { ["object"] = () => Object });
}
