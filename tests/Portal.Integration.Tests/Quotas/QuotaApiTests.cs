using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Teams;

namespace Portal.Integration.Tests.Quotas;

/// <summary>Pools and quota requests over HTTP: the same rules as on the pages, with stable codes.</summary>
public class QuotaApiTests(PortalFixture fixture)
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow;

    [Fact]
    public async Task Request_FromWishToReturn_GoesThroughTheApi()
    {
        var (project, pool) = await StageAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");
        using var lead = await fixture.Portal.ApiAsync("lead");

        var preview = await JsonAsync(await scientist.PostAsJsonAsync($"/api/v1/projects/{project}/quota-requests/preview", Wish(pool, 4), Ct));
        var made = await scientist.PostAsJsonAsync($"/api/v1/projects/{project}/quota-requests", Wish(pool, 4), Ct);
        var id = (await JsonAsync(made))["id"]!.ToString();
        var own = await scientist.PostAsJsonAsync($"/api/v1/quota-requests/{id}/approve", new { contentHash = "x", amount = 4 }, Ct);
        var waiting = await JsonAsync(await lead.GetAsync("/api/v1/quota-requests/to-decide", Ct));
        var seen = await JsonAsync(await lead.GetAsync($"/api/v1/quota-requests/{id}", Ct));
        var stale = await lead.PostAsJsonAsync($"/api/v1/quota-requests/{id}/approve", new { contentHash = "older", amount = 4 }, Ct);
        var approved = await lead.PostAsJsonAsync(
            $"/api/v1/quota-requests/{id}/approve", new { contentHash = seen["contentHash"]!.ToString(), amount = 4 }, Ct);
        var granted = await JsonAsync(await scientist.GetAsync($"/api/v1/pools/{pool}", Ct));
        var released = await scientist.PostAsync($"/api/v1/quota-requests/{id}/release", null, Ct);

        Assert.True(preview["fits"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, own.StatusCode);
        Assert.Contains(waiting["items"]!.AsArray(), i => i!["id"]!.ToString() == id);
        Assert.Equal("quota.stale", (await JsonAsync(stale))["code"]!.ToString());
        Assert.Equal(HttpStatusCode.NoContent, approved.StatusCode);
        Assert.Equal(4, granted["granted"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.NoContent, released.StatusCode);
        Assert.Equal(0, (await JsonAsync(await scientist.GetAsync($"/api/v1/pools/{pool}", Ct)))["granted"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("0", "quota.amount_positive")]
    [InlineData("-3", "quota.amount_positive")]
    [InlineData("2.5", "quota.amount_fraction")]
    [InlineData("1000000000", "quota.amount_beyond_pool")]
    public async Task Request_BadAmount_IsAProblemWithItsCode(string amount, string code)
    {
        var (project, pool) = await StageAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");

        var answer = await scientist.PostAsJsonAsync($"/api/v1/projects/{project}/quota-requests",
            Wish(pool, decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)), Ct);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await JsonAsync(answer);
        Assert.Equal(code, problem["code"]!.ToString());
        Assert.Equal("Amount", problem["field"]!.ToString());
    }

    [Fact]
    public async Task Pool_MadeByScientist_IsForbidden()
    {
        using var scientist = await fixture.Portal.ApiAsync("scientist");

        var answer = await scientist.PostAsJsonAsync("/api/v1/pools", new { name = "Mine", resourceName = "a.b/c", capacity = 1 }, Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static object Wish(string pool, decimal amount) =>
        new { poolId = pool, amount, from = From, until = From.AddDays(7), reason = "Retrain the scorecard" };

    private async Task<(Guid Project, string Pool)> StageAsync()
    {
        var services = fixture.Portal.Services;
        var (admin, scientist) = (await fixture.Portal.ActorAsync("admin"), await fixture.Portal.ActorAsync("scientist"));
        var name = "Quota API " + Guid.NewGuid().ToString("N")[..8];
        var team = await services.GetRequiredService<TeamService>().CreateAsync(
            admin, new TeamDraft(Guid.CreateVersion7(), name) { Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)] }, Ct);
        var project = await services.GetRequiredService<ProjectService>().CreateAsync(
            scientist, new ProjectDraft(Guid.CreateVersion7(), name, team.Value), Ct);
        using var api = await fixture.Portal.ApiAsync("admin");
        var pool = (await JsonAsync(await api.PostAsJsonAsync("/api/v1/pools", new { name, resourceName = "vendor.example/card", capacity = 8, pricePerHour = 2.5 }, Ct)))["id"]!.ToString();
        (await api.PutAsJsonAsync($"/api/v1/pools/{pool}/budgets/{team.Value}", new { limit = 8 }, Ct)).EnsureSuccessStatusCode();
        return (project.Value, pool);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
}
