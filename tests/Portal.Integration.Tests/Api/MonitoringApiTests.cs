using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Teams;

namespace Portal.Integration.Tests.Api;

public class MonitoringApiTests(PortalFixture fixture)
{
    private const string Request = "org.kubeflow.serving.inference.request";

    [Fact]
    public async Task Monitoring_OverHttp_FromReferenceToReport()
    {
        using var api = await fixture.Portal.ApiAsync("scientist");
        var project = await ProjectAsync();
        var made = await api.PostAsJsonAsync("/api/v1/monitored-models", new { projectId = project, name = "scoring", window = "Day" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var model = made.Headers.Location!.ToString();

        using var tooEarly = await api.PostAsync($"{model}/data?file=a.csv", Csv(Rows(50, 0)));
        Assert.Equal(HttpStatusCode.Conflict, tooEarly.StatusCode);
        Assert.Equal("monitored_model.no_reference", await CodeAsync(tooEarly));

        Assert.Equal(HttpStatusCode.Created, (await api.PutAsync($"{model}/reference?file=train.csv&categorical=grade", Csv(Rows(500, 0)))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"{model}/data?file=a.csv&at=2026-03-02T10:00:00Z", Csv(Rows(300, 40)))).StatusCode);
        using var ragged = await api.PostAsync($"{model}/data?file=b.csv", Csv("amount,grade\n1,2\n3\n"));
        Assert.Equal("csv.ragged", await CodeAsync(ragged));
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsJsonAsync($"{model}/rows", new[] { new { amount = 7, grade = "1", time = "2026-03-03T10:00:00Z" } })).StatusCode);

        var dashboard = await api.GetFromJsonAsync<JsonElement>(model);
        Assert.Equal("Drift", dashboard.GetProperty("windows")[0].GetProperty("level").GetString());
        Assert.Equal("Insufficient", dashboard.GetProperty("windows")[1].GetProperty("level").GetString());
        var window = dashboard.GetProperty("windows")[0].GetProperty("id").GetString();
        var detail = await api.GetFromJsonAsync<JsonElement>($"{model}/windows/{window}/features/amount");
        Assert.True(detail.GetProperty("drift").GetProperty("distances").GetProperty("psi").GetDouble() > 0.2);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(model)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(model)).StatusCode);
    }

    [Fact]
    public async Task Events_InEveryMode_AreAnsweredAtOnceAndCountedSoon()
    {
        using var api = await fixture.Portal.ApiAsync("scientist");
        var made = await api.PostAsJsonAsync("/api/v1/monitored-models", new { projectId = await ProjectAsync(), name = "scoring" });
        var model = made.Headers.Location!.ToString();
        await api.PutAsync($"{model}/reference", Csv(Rows(500, 0)));

        using var binary = new HttpRequestMessage(HttpMethod.Post, $"{model}/events") { Content = Json("""{"instances": [[12, "1"], [15, "2"]]}""") };
        binary.Headers.Add("ce-id", "a");
        binary.Headers.Add("ce-type", Request);
        binary.Headers.Add("ce-time", "2026-03-02T10:00:00Z");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(binary)).StatusCode);
        var one = """{"specversion": "1.0", "id": "b", "type": "org.kubeflow.serving.inference.request", "source": "s", "time": "2026-03-02T11:00:00Z", "data": {"instances": [[3, "1"]]}}""";
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"{model}/events", Json(one, "application/cloudevents+json"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"{model}/events", Json($"[{one}]", "application/cloudevents-batch+json"))).StatusCode);

        await EventuallyAsync(async () =>
        {
            var dashboard = await api.GetFromJsonAsync<JsonElement>(model);
            return dashboard.GetProperty("duplicates").GetInt64() == 1
                && dashboard.GetProperty("windows").EnumerateArray().Sum(w => w.GetProperty("rows").GetInt64()) == 3;
        });
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(100, deadline.Token);
    }

    private async Task<Guid> ProjectAsync()
    {
        var portal = fixture.Portal;
        var name = $"Credit {Guid.NewGuid():N}";
        var scientist = await portal.ActorAsync("scientist");
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        var team = new Team { Name = name, CreatedAt = DateTimeOffset.UtcNow };
        team.Members.Add(new TeamMember { PersonId = scientist.Id, Role = TeamRole.Member });
        db.Teams.Add(team);
        await db.SaveChangesAsync();
        return (await portal.Services.GetRequiredService<ProjectService>().CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), name, team.Id), default)).Value;
    }

    private static string Rows(int count, int shift) =>
        "amount,grade\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i * 37 % 101 + shift}.5,{i % 3}\n"));

    private static StringContent Csv(string text) => new(text, Encoding.UTF8, "text/csv");

    private static StringContent Json(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
