using System.Security.Claims;
using Bunit;
using Portal.Components.Pages.Changes;
using Portal.Components.Tests.Shared;
using Portal.Core.Access;
using Portal.Core.Ownership;
using Portal.Core.Results;

namespace Portal.Components.Tests.Changes;

public class WhatWillChangeTests : PortalContext
{
    private readonly List<TaskCompletionSource<Result<ChangePlan>>> _asked = [];

    public WhatWillChangeTests()
    {
        Reader.SetAuthorized("ana");
        Reader.SetClaims(new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task Show_AsksForWhatIsInTheForm_AndSaysItInWords()
    {
        var changes = Shown("M");
        Assert.Empty(_asked);

        await AnswerAsync(changes, Plan(new FieldChange("spec.hard.pods", "10", "40")));

        Assert.Contains("Pods at one time: 10 → 40", changes.Find("li").TextContent, StringComparison.Ordinal);
        Assert.Equal("Look again", changes.Find("button").TextContent.Trim());
    }

    [Fact]
    public async Task Edit_AfterThePlan_TakesItAway_AndTheSameAgainDoesNot()
    {
        var changes = Shown("M");
        await AnswerAsync(changes, Plan(new FieldChange("spec.hard.pods", "10", "40")));

        Edit(changes, "M");
        Assert.NotEmpty(changes.FindAll(".change"));
        Edit(changes, "L");

        Assert.Empty(changes.FindAll(".change"));
        Assert.Equal("Show the changes", changes.Find("button").TextContent.Trim());
    }

    [Fact]
    public async Task Edit_WhileItIsAsked_LeavesTheAnswerOut()
    {
        var changes = Shown("M");

        await AnswerAsync(changes, Plan(new FieldChange("spec.hard.pods", "10", "40")), meanwhile: () => Edit(changes, "L"));

        Assert.Empty(changes.FindAll(".change"));
    }

    [Fact]
    public async Task Edit_AfterARefusal_TakesItAway()
    {
        var changes = Shown("M");
        await AnswerAsync(changes, new Refusal("lending.percent_range").With("percent", 101));
        Assert.NotEmpty(changes.Find("[role=alert]").TextContent);

        Edit(changes, "L");

        Assert.Empty(changes.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Field_OfAQueue_NamesPoolAndResource_AndNoPoolForCores()
    {
        var changes = Shown("M");

        await AnswerAsync(changes, Plan(
            new("spec.resourceGroups[0].flavors[mlops-portal-common].resources[cpu].nominalQuota", "16", "32"),
            new("spec.resourceGroups[1].flavors[a100].resources[nvidia.com/gpu].lendingLimit", "0", "2")));

        Assert.Equal(
            ["Guaranteed (processor cores): 16 → 32", "May be lent (a100 · nvidia.com/gpu): 0 → 2"],
            changes.FindAll("li").Select(l => l.TextContent.Trim()));
    }

    [Fact]
    public async Task Value_OfAFew_IsSaidInWords_AndOthersAsTheyAre()
    {
        var changes = Shown("M");

        await AnswerAsync(changes, Plan(new("spec.stopPolicy", "None", "Hold"), new("spec.preemption.reclaimWithinCohort", null, "Any"), new("spec.hard.pods", "", "40")));

        Assert.Equal(
            ["What the queue lets start: everything → nothing new", "Takes lent units back: none → yes", "Pods at one time: \"\" → 40"],
            changes.FindAll("li").Select(l => l.TextContent.Trim()));
    }

    [Fact]
    public async Task Plan_WithTwoOfOneNameInTwoGroups_ShowsBoth()
    {
        var changes = Shown("M");

        var (made, removed) = (Profile("infrastructure.opendatahub.io", ObjectChangeKind.Create), Profile("dashboard.opendatahub.io", ObjectChangeKind.Remove));

        await AnswerAsync(changes, new ChangePlan([made, removed]));
        // What is drawn again in another order is told apart by its key.
        _asked.Clear();
        await AnswerAsync(changes, new ChangePlan([removed, new ObjectChange("ResourceQuota", "ml-risk", "limits", ObjectChangeKind.Change), made]));

        Assert.Equal(3, changes.FindAll(".change").Count);

        static ObjectChange Profile(string group, ObjectChangeKind change) => new("HardwareProfile", "ml-risk", "cards", change) { Group = group };
    }

    [Fact]
    public async Task Plan_InWhichNothingDiffers_SaysSo()
    {
        var changes = Shown("M");

        await AnswerAsync(changes, new ChangePlan([new ObjectChange("ResourceQuota", "ml-risk", "limits", ObjectChangeKind.Same)]));

        Assert.Contains("Nothing in the cluster changes.", changes.Markup, StringComparison.Ordinal);
    }

    private static ChangePlan Plan(params FieldChange[] fields) =>
        new([new ObjectChange("ResourceQuota", "ml-risk", "limits", ObjectChangeKind.Change) { Fields = fields }]);

    private IRenderedComponent<WhatWillChange> Shown(string form) => Render<WhatWillChange>(p => p.Add(x => x.Form, form).Add(x => x.Ask, AskAsync));

    // A page that is drawn anew gives the form again.
    private static void Edit(IRenderedComponent<WhatWillChange> changes, string form) => changes.Render(p => p.Add(x => x.Form, form));

    private Task<Result<ChangePlan>> AskAsync(Actor actor)
    {
        _asked.Add(new TaskCompletionSource<Result<ChangePlan>>());
        return _asked[^1].Task;
    }

    private async Task AnswerAsync(IRenderedComponent<WhatWillChange> changes, Result<ChangePlan> answer, Action? meanwhile = null)
    {
        var shown = changes.Find("button").ClickAsync(new());
        meanwhile?.Invoke();
        Assert.Single(_asked).SetResult(answer);
        await shown;
    }
}
