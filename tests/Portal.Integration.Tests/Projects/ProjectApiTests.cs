using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Portal.Integration.Tests.Projects;

/// <summary>Teams, people and projects over HTTP: the same rules as on the pages, with stable codes.</summary>
public class ProjectApiTests(PortalFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Project_FromCreationToDeletion_GoesThroughTheApi()
    {
        var team = await TeamAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");
        var name = "Credit " + Guid.NewGuid().ToString("N")[..8];

        var made = await scientist.PostAsJsonAsync("/api/v1/projects", new { name, teamId = team, size = "M", region = "eu-west" }, Ct);
        var address = made.Headers.Location;
        var read = await JsonAsync(await scientist.GetAsync(address, Ct));
        var member = await scientist.PostAsJsonAsync($"{address}/members", new { generation = 1, changes = new[] { new { userName = "auditor", role = "Viewer" } } }, Ct);
        var stale = await scientist.PutAsJsonAsync(address, new { generation = 1, name, size = "L", dataClass = "Public" }, Ct);
        var edited = await scientist.PutAsJsonAsync(address, new { generation = 2, name, size = "L", dataClass = "Public" }, Ct);
        var archived = await scientist.PostAsJsonAsync($"{address}/archive", new { generation = 3 }, Ct);
        var wrongName = await scientist.DeleteAsync($"{address}?generation=4&name=other", Ct);
        var deleted = await scientist.DeleteAsync($"{address}?generation=4&name={Uri.EscapeDataString(name)}", Ct);
        var activity = await JsonAsync(await scientist.GetAsync($"{address}/activity?limit=2", Ct));

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("M", read["size"]!.ToString());
        Assert.Equal(6, read["steps"]!.AsArray().Count);
        Assert.Equal(["kind", "state", "reason", "detail", "attempts", "changedAt"], read["steps"]![0]!.AsObject().Select(f => f.Key));
        Assert.Equal(HttpStatusCode.NoContent, member.StatusCode);
        Assert.Equal((HttpStatusCode.Conflict, "project.stale"), (stale.StatusCode, await CodeAsync(stale)));
        Assert.Equal(HttpStatusCode.NoContent, edited.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, archived.StatusCode);
        Assert.Equal("project.name_mismatch", await CodeAsync(wrongName));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("project.delete_requested", activity["items"]![0]!["action"]!.ToString());
        Assert.NotNull(activity["next"]);
    }

    [Fact]
    public async Task Create_SentTwiceWithOneKey_LeadsToTheSameProject()
    {
        var team = await TeamAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");
        scientist.DefaultRequestHeaders.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        var name = "Credit " + Guid.NewGuid().ToString("N")[..8];

        var first = await scientist.PostAsJsonAsync("/api/v1/projects", new { name, teamId = team }, Ct);
        var again = await scientist.PostAsJsonAsync("/api/v1/projects", new { name, teamId = team }, Ct);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.NotNull(first.Headers.Location);
        Assert.Equal((first.StatusCode, first.Headers.Location), (again.StatusCode, again.Headers.Location));
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task Placement_AskedFor_AnswersWithoutMakingAnything()
    {
        var team = await TeamAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");

        var placed = await JsonAsync(await scientist.PostAsJsonAsync("/api/v1/projects/placement", new { teamId = team, region = "eu" }, Ct));
        var noPool = await scientist.PostAsJsonAsync("/api/v1/projects/placement", new { teamId = team, poolId = Guid.NewGuid() }, Ct);

        Assert.Equal(placed["verdicts"]!.AsArray().Count == 0, placed["clusterId"] is null);
        Assert.Equal((HttpStatusCode.NotFound, "pool.not_found"), (noPool.StatusCode, await CodeAsync(noPool)));
    }

    [Theory]
    [InlineData("", "project.name_empty")]
    [InlineData("kube-system", "project.name_reserved")]
    public async Task Create_BadName_IsAProblemAtItsField(string name, string code)
    {
        var team = await TeamAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");

        var answer = await scientist.PostAsJsonAsync("/api/v1/projects", new { name, teamId = team }, Ct);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await JsonAsync(answer);
        Assert.Equal((code, "Name"), (problem["code"]!.ToString(), problem["field"]!.ToString()));
    }

    [Fact]
    public async Task List_ByCursor_GivesEachProjectOnce()
    {
        var team = await TeamAsync();
        using var scientist = await fixture.Portal.ApiAsync("scientist");
        foreach (var i in Enumerable.Range(0, 5))
            await scientist.PostAsJsonAsync("/api/v1/projects", new { name = $"{team:N}"[..20] + i, teamId = team }, Ct);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await JsonAsync(await scientist.GetAsync($"/api/v1/projects?team={team}&limit=2&cursor={cursor}", Ct));
            seen.AddRange(page["items"]!.AsArray().Select(i => i!["name"]!.ToString()));
            cursor = page["next"]?.ToString();
        } while (cursor is not null);

        Assert.Equal(5, seen.Count);
        Assert.Equal(seen.Order(StringComparer.Ordinal).Distinct(), seen);
    }

    [Fact]
    public async Task Project_OfAnotherTeam_LooksAbsent()
    {
        using var admin = await fixture.Portal.ApiAsync("admin");
        using var scientist = await fixture.Portal.ApiAsync("scientist");
        var team = await TeamAsync(members: []);
        var made = await admin.PostAsJsonAsync("/api/v1/projects", new { name = "Hidden " + team.ToString("N")[..8], teamId = team }, Ct);

        var hidden = await scientist.GetAsync(made.Headers.Location, Ct);
        var absent = await scientist.GetAsync($"/api/v1/projects/{Guid.CreateVersion7()}", Ct);

        Assert.Equal((hidden.StatusCode, await CodeAsync(hidden)), (absent.StatusCode, await CodeAsync(absent)));
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task Person_OwnRole_CannotBeChanged()
    {
        using var admin = await fixture.Portal.ApiAsync("admin");
        var people = await JsonAsync(await admin.GetAsync("/api/v1/people?search=admin", Ct));
        var self = people["items"]!.AsArray().Single(p => p!["userName"]!.ToString() == "admin")!;

        var answer = await admin.PostAsJsonAsync($"/api/v1/people/{self["id"]}/role", new { version = self["version"]!.ToString(), role = "Auditor" }, Ct);

        Assert.Equal((HttpStatusCode.Forbidden, "person.self"), (answer.StatusCode, await CodeAsync(answer)));
    }

    private async Task<Guid> TeamAsync(string[]? members = null)
    {
        using var admin = await fixture.Portal.ApiAsync("admin");
        var people = (members ?? ["scientist"]).Select(m => new { userName = m, role = "Member" }).Append(new { userName = "lead", role = "Lead" });
        var made = await admin.PostAsJsonAsync("/api/v1/teams", new { name = "Team " + Guid.NewGuid().ToString("N")[..8], members = people }, Ct);
        return (await JsonAsync(made))["id"]!.GetValue<Guid>();
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>(Ct))!;

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await JsonAsync(answer))["code"]?.ToString();
}
