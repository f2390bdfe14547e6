using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectEditTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Edit_ChangedFields_AreStoredAndAuditedBeforeAndAfter(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var result = await stage.Projects.EditAsync(stage.Ana, stage.Project, 1,
            new ProjectContent("Credit risk") { Size = ProjectSize.M, Region = " eu-west ", Description = "Scoring\nof loans" }, default);

        Assert.Null(result.Refusal);
        var view = await stage.ViewAsync();
        Assert.Equal((ProjectSize.M, "eu-west", 2L), (view.Size, view.Region, view.Generation));
        Assert.Equal(
            """{"size":["S","M"],"region":["","eu-west"],"description":["","Scoring\nof loans"]}""",
            (await stage.LastAuditAsync()).Details);
    }

    [Theory, EachProvider]
    public async Task Edit_FromStalePage_IsRefusedAndNothingLost(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Projects.EditAsync(stage.Ana, stage.Project, 1, new ProjectContent("Credit risk") { Region = "first" }, default);

        var second = await stage.Projects.EditAsync(stage.Lead, stage.Project, 1, new ProjectContent("Credit risk") { Region = "second" }, default);

        Assert.Equal(("project.stale", RefusalKind.Conflict), (second.Refusal?.Code, second.Refusal!.Kind));
        Assert.Equal("first", (await stage.ViewAsync()).Region);
    }

    [Theory, EachProvider]
    public async Task Edit_SentFiveTimesAtOnce_IsStoredOnce(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        var content = new ProjectContent("Credit risk") { CostCentre = "4711" };

        var results = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(_ => stage.Projects.EditAsync(stage.Ana, stage.Project, 1, content, default)));

        Assert.All(results, r => Assert.Null(r.Refusal));
        Assert.Equal(["project.created", "project.edited"], await stage.AuditedAsync());
        Assert.Equal(2, (await stage.ViewAsync()).Generation);
    }

    [Theory, EachProvider]
    public async Task Edit_TwoTabsAtOnce_OneWinsTheOtherIsStale(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => stage.Projects.EditAsync(
            stage.Ana, stage.Project, 1, new ProjectContent("Credit risk") { Region = $"region-{i}" }, default)));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("project.stale", r.Refusal!.Code));
    }

    [Theory, EachProvider]
    public async Task Edit_NameOfAnother_IsTaken(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Projects.CreateAsync(stage.Lead, new ProjectDraft(Guid.CreateVersion7(), "Fraud", stage.Team), default);

        var result = await stage.Projects.EditAsync(stage.Ana, stage.Project, 1, new ProjectContent("Fraud"), default);

        Assert.Equal(("project.name_taken", "Name"), (result.Refusal?.Code, result.Refusal?.Field));
    }

    [Theory, EachProvider]
    public async Task Edit_BadInput_IsRefusedWithItsField(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        (ProjectContent Content, string Code, string Field)[] bad =
        [
            (new(""), "project.name_empty", "Name"),
            (new(new string('x', 300)), "project.name_long", "Name"),
            (new("kube-system"), "project.name_reserved", "Name"),
            (new("a\u202Eb"), "project.name_control", "Name"),
            (new("half \uD83D"), "project.name_control", "Name"),
            (new("Ok") { Size = (ProjectSize)99 }, "project.size_unknown", "Size"),
            (new("Ok") { DataClass = (DataClass)99 }, "project.data_class_unknown", "DataClass"),
            (new("Ok") { Region = new string('r', 61) }, "text.long", "Region"),
            (new("Ok") { Region = "eu\nwest" }, "text.control", "Region"),
            (new("Ok") { CostCentre = new string('c', 61) }, "text.long", "CostCentre"),
            (new("Ok") { Description = new string('d', 2001) }, "text.long", "Description"),
            (new("Ok") { Description = "a\0b" }, "text.control", "Description"),
        ];
        foreach (var (content, code, field) in bad)
        {
            var result = await stage.Projects.EditAsync(stage.Ana, stage.Project, 1, content, default);
            Assert.Equal((code, field), (result.Refusal?.Code, result.Refusal?.Field));
        }
        Assert.Equal(1, (await stage.ViewAsync()).Generation);
    }

    [Theory, EachProvider]
    public async Task Create_NamesThatDifferOnlyInPunctuationOrCase_BecomeProjectsOfTheirOwn(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        string[] names = ["a.b", "a-b", "A-B", "a b", "信用风险", "crédit", new string('x', 60)];
        foreach (var name in names)
            Assert.Null((await stage.Projects.CreateAsync(stage.Ana, new ProjectDraft(Guid.CreateVersion7(), name, stage.Team), default)).Refusal);

        var composed = await stage.Projects.CreateAsync(
            stage.Ana, new ProjectDraft(Guid.CreateVersion7(), "cre\u0301dit", stage.Team), default);

        Assert.Equal("project.name_taken", composed.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Create_TwoPeopleOneNameAtOnce_OneGetsIt(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var results = await Task.WhenAll(new[] { stage.Ana, stage.Lead, stage.Ana, stage.Lead }.Select(who =>
            stage.Projects.CreateAsync(who, new ProjectDraft(Guid.CreateVersion7(), "Fraud", stage.Team), default)));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("project.name_taken", r.Refusal!.Code));
    }
}
