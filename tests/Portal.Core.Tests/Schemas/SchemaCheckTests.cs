using System.Text.Json.Nodes;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Schemas;

/// <summary>Each rule of the check, on a schema of its own: what is right passes, what is wrong is named.</summary>
public class SchemaCheckTests
{
    [Theory]
    [InlineData("type", """{"type":"string"}""", "\"a\"", "1", "expected string")]
    [InlineData("integer", """{"type":"integer"}""", "3", "3.5", "expected integer")]
    [InlineData("boolean", """{"type":"boolean"}""", "true", "\"true\"", "expected boolean")]
    [InlineData("array", """{"type":"array","items":{"type":"string"}}""", """["a"]""", """[1]""", "[0]: expected string")]
    [InlineData("required", """{"type":"object","required":["a"],"properties":{"a":{}}}""", """{"a":1}""", "{}", "a is required")]
    [InlineData("unknown", """{"type":"object","properties":{"a":{}}}""", """{"a":1}""", """{"b":1}""", "b: unknown field")]
    [InlineData("unknown below", """{"properties":{"a":{"type":"object","properties":{"x":{}}}}}""", """{"a":{"x":1}}""", """{"a":{"y":1}}""", "a.y: unknown field")]
    [InlineData("preserve", """{"type":"object","properties":{"a":{"type":"string"}},"x-kubernetes-preserve-unknown-fields":true}""", """{"b":1}""", """{"a":1}""", "a: expected string")]
    [InlineData("map", """{"type":"object","additionalProperties":{"type":"string"}}""", """{"k":"v"}""", """{"k":1}""", "k: expected string")]
    [InlineData("enum", """{"type":"string","enum":["A","B"]}""", "\"A\"", "\"C\"", "is not one of")]
    [InlineData("enum type", """{"enum":[1]}""", "1", "\"1\"", "is not one of")]
    [InlineData("pattern", """{"type":"string","pattern":"^[a-z]+$"}""", "\"abc\"", "\"aBc\"", "does not match")]
    [InlineData("minimum", """{"type":"integer","minimum":1}""", "1", "0", "is below 1")]
    [InlineData("maximum", """{"type":"integer","maximum":5}""", "5", "6", "is above 5")]
    [InlineData("exclusive", """{"type":"number","minimum":0,"exclusiveMinimum":true}""", "0.1", "0", "is below 0")]
    [InlineData("multiple", """{"type":"integer","multipleOf":5}""", "10", "11", "no multiple of 5")]
    [InlineData("minLength", """{"type":"string","minLength":2}""", "\"ab\"", "\"a\"", "at least 2")]
    [InlineData("maxLength", """{"type":"string","maxLength":2}""", "\"😀😀\"", "\"abc\"", "at most 2")]
    [InlineData("minItems", """{"type":"array","minItems":1}""", "[1]", "[]", "at least 1")]
    [InlineData("maxItems", """{"type":"array","maxItems":1}""", "[1]", "[1,2]", "at most 1")]
    [InlineData("maxProperties", """{"type":"object","maxProperties":1,"additionalProperties":{}}""", """{"a":1}""", """{"a":1,"b":2}""", "at most 1")]
    [InlineData("int32", """{"type":"integer","format":"int32"}""", "2147483647", "2147483648", "is no int32")]
    [InlineData("int64", """{"type":"integer","format":"int64"}""", "9223372036854775807", "9223372036854775808", "is no int64")]
    [InlineData("date-time", """{"type":"string","format":"date-time"}""", "\"2026-03-02T09:00:00Z\"", "\"2026-03-02 09:00\"", "is no date-time")]
    [InlineData("byte", """{"type":"string","format":"byte"}""", "\"aGk=\"", "\"a-k!\"", "is no byte")]
    [InlineData("duration", """{"type":"string","format":"duration"}""", "\"1h30m\"", "\"90 minutes\"", "is no duration")]
    [InlineData("int-or-string", """{"x-kubernetes-int-or-string":true}""", "8080", "1.5", "expected integer or string")]
    [InlineData("int-or-string text", """{"x-kubernetes-int-or-string":true}""", "\"http\"", "true", "expected integer or string")]
    [InlineData("quantity", """{"$ref":"#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity"}""", "\"1.5Gi\"", "\"1.5 GiB\"", "is no quantity")]
    [InlineData("list map", """{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"]}""", """[{"name":"a"},{"name":"b"}]""", """[{"name":"a"},{"name":"a"}]""", "two entries with the same name")]
    [InlineData("list map default", """{"type":"array","items":{"properties":{"p":{"default":"TCP"},"n":{}}},"x-kubernetes-list-map-keys":["n","p"]}""", """[{"n":1},{"n":1,"p":"UDP"}]""", """[{"n":1},{"n":1,"p":"TCP"}]""", "two entries with the same n, p")]
    [InlineData("set", """{"type":"array","x-kubernetes-list-type":"set"}""", """["a","b"]""", """["a","a"]""", "the same entry twice")]
    [InlineData("null", """{"type":"string","nullable":true}""", "null", "1", "expected string")]
    [InlineData("no null", """{"type":"string"}""", "\"\"", "null", "is null")]
    [InlineData("anyOf", """{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1", "true", "fits none of the alternatives")]
    [InlineData("oneOf", """{"type":"object","properties":{"a":{},"b":{}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1}""", """{"a":1,"b":1}""", "more than one")]
    [InlineData("allOf", """{"allOf":[{"minimum":1},{"maximum":3}]}""", "2", "4", "is above 3")]
    [InlineData("not", """{"not":{"enum":["x"]}}""", "\"y\"", "\"x\"", "fits what is forbidden")]
    [InlineData("embedded", """{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""", """{"apiVersion":"v1","kind":"Pod"}""", """{"kind":"Pod"}""", "apiVersion and kind are required")]
    public void Check_EachRule_PassesWhatIsRightAndNamesWhatIsWrong(string rule, string schema, string right, string wrong, string problem)
    {
        Assert.True(Problems(schema, right) is [], $"{rule}: {string.Join("; ", Problems(schema, right))}");
        Assert.Contains(Problems(schema, wrong), p => p.Contains(problem, StringComparison.Ordinal));
    }

    private static List<string> Problems(string schema, string value)
    {
        var problems = new List<string>();
        new SchemaCheck(static r => r.EndsWith("Quantity", StringComparison.Ordinal) ? new JsonObject
        {
            ["oneOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "number" })
        } : null, problems)
            .Check("", JsonNode.Parse(schema)!.AsObject(), JsonNode.Parse(value));
        return problems;
    }
}
