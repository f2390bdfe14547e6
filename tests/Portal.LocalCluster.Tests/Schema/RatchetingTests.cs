using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Schema;

/// <summary>What was let in before its definition became stricter can still be changed, and goes on to be refused where it changes.</summary>
public sealed class RatchetingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData("""{"metadata":{"finalizers":null}}""", 200)]
    [InlineData("""{"spec":{"note":"x"}}""", 200)]
    [InlineData("""{"spec":{"size":8}}""", 422)]
    [InlineData("""{"spec":{"parts":[{"name":"new","size":1},{"name":"x","size":9,"note":"y"}]}}""", 200)]
    [InlineData("""{"spec":{"parts":[{"name":"x","size":8}]}}""", 422)]
    [InlineData("""{"spec":{"parts":[{"name":"new","size":9}]}}""", 422)]
    [InlineData("""{"spec":{"plain":[{"size":9},{"size":1}]}}""", 422)]
    public async Task Change_OfWhatIsInvalidByNow_IsHeldAgainstWhatItChanges(string change, int expected)
    {
        foreach (var (stricter, says) in new[] { ("\"maximum\":5", "less than or equal to 5"), ("\"x-kubernetes-validations\":[{\"rule\":\"self <= 5\",\"message\":\"too large\"}]", "too large") })
        {
            var group = $"g{Guid.NewGuid():N}"[..8] + ".lab";
            var path = $"/apis/{group}/v1/boxes";
            await api.ExpectAsync(201, "POST", Definitions, Definition(group, """{"type":"integer"}"""));
            await api.ExpectAsync(201, "POST", path, $$"""
                {"apiVersion":"{{group}}/v1","kind":"Box","metadata":{"name":"b","finalizers":["samples.lab/hold"]},
                "spec":{"size":9,"parts":[{"name":"x","size":9}],"plain":[{"size":9}]} }
                """);
            await api.ExpectAsync(200, "PATCH", $"{Definitions}/boxes.{group}", Definition(group, $$"""{"type":"integer",{{stricter}} }"""), "application/merge-patch+json");
            await Eventually.True(async () => (int)(await api.SendAsync("POST", path + "?dryRun=All", $$"""
                {"apiVersion":"{{group}}/v1","kind":"Box","metadata":{"name":"new"},"spec":{"size":9} }
                """)).Code == 422, "the stricter definition holds");

            var (code, said, _) = await api.SendAsync("PATCH", $"{path}/b", change, "application/merge-patch+json");

            Assert.True((int)code == expected, said?.ToJsonString());
            if (expected == 422) Assert.Contains(says, ((JsonObject)said!).Text("message"), StringComparison.Ordinal);
        }
    }

    private static string Definition(string group, string size) => $$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.{{group}}"},"spec":{"group":"{{group}}","scope":"Cluster","names":{"plural":"boxes","kind":"Box"},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"note":{"type":"string"},"size":{{size}},
        "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
        "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"note":{"type":"string"},"size":{{size}} } } },
        "plain":{"type":"array","items":{"type":"object","properties":{"size":{{size}} } } } } } } } } }] } }
        """;
}
