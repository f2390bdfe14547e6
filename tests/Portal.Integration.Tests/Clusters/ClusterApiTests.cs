using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Integration.Tests.Clusters;

/// <summary>What programs get wrong about clusters: always a problem with a code, never a failure of the portal.</summary>
public class ClusterApiTests(PortalFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"name": "North"}""", "kubeconfig.installation")]
    [InlineData("""{"name": "North", "credentials": null}""", "kubeconfig.installation")]
    [InlineData("""{"name": "North", "credentials": {}}""", "kubeconfig.installation")]
    [InlineData("""{"name": "North", "credentials": {"connection": "Kubeconfig"}}""", "kubeconfig.not_yaml")]
    [InlineData("""{"name": "North", "credentials": {"connection": "Kubeconfig", "kubeconfig": "contexts: [~]"}}""", "kubeconfig.no_context")]
    [InlineData("""{"name": "North", "labels": {"site": null}}""", "label.value")]
    [InlineData("""{"name": null, "labels": null, "dataClasses": null}""", "text.empty")]
    public async Task Register_WithSomethingLeftOut_IsAProblemWithItsCode(string body, string code)
    {
        using var admin = await fixture.Portal.ApiAsync("admin");

        var answer = await admin.PostAsync("/api/v1/clusters", Json(body), Ct);

        var problem = await ProblemAsync(answer);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.StatusCode, problem["code"]?.ToString()));
    }

    [Fact]
    public async Task Reconnect_WithoutCredentials_IsAProblemWithItsCode()
    {
        using var admin = await fixture.Portal.ApiAsync("admin");

        var answer = await admin.PutAsync($"/api/v1/clusters/{Guid.NewGuid()}/credentials", Json("""{"generation": 1}"""), Ct);

        Assert.Equal((HttpStatusCode.NotFound, "registration.not_found"), (answer.StatusCode, (await ProblemAsync(answer))["code"]?.ToString()));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonObject> ProblemAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>(Ct))!;
}
