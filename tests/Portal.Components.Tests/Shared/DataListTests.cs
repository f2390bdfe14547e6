using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components.Shared;
using Portal.Components.Shared.Lists;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Components.Tests.Shared;

public class DataListTests : PortalContext
{
    private readonly List<ListQuery> _asked = [];
    private int _rows = 60;

    [Fact]
    public void List_WithRows_ShowsAPageAndTheRange()
    {
        var list = RenderList();

        Assert.Equal(25, list.FindAll("tbody tr").Count);
        Assert.Contains("1–25 of 60", list.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sort_ByAColumn_IsInTheAddress()
    {
        var list = RenderList();

        await list.Find("button.list-sort").ClickAsync(new());
        await list.Find("button.list-sort").ClickAsync(new());

        Assert.EndsWith("?sort=-Name", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Equal(new ListQuery(Sort: "Name", Descending: true), _asked[^1]);
        Assert.Equal("descending", list.Find("th").GetAttribute("aria-sort"));
    }

    [Fact]
    public void Address_WithSearchAndPage_IsWhatIsAsked()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/things?q=red&page=2");

        RenderList();

        Assert.Equal(new ListQuery("red", 25), _asked[^1]);
    }

    [Fact]
    public void List_WithoutRows_SaysWhatToDoNext()
    {
        _rows = 0;

        Assert.Contains("make the first", RenderList().Markup, StringComparison.Ordinal);
        Services.GetRequiredService<NavigationManager>().NavigateTo("/things?q=red");
        Assert.Contains("Nothing matches", RenderList().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void List_WhenARowChanges_LoadsAgain()
    {
        var list = RenderList();
        _rows = 3;

        Feed.Publish(new RowChange("Thing", Guid.NewGuid(), null, false));

        list.WaitForAssertion(() => Assert.Equal(3, list.FindAll("tbody tr").Count), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task List_WhoseOlderAnswerComesLast_ShowsTheLaterQuestion()
    {
        var slow = new TaskCompletionSource();
        var list = RenderList(q => q.Search is null ? slow.Task : Task.CompletedTask);

        Services.GetRequiredService<NavigationManager>().NavigateTo("/things?q=red&page=3");
        list.Render();
        await list.InvokeAsync(slow.SetResult);

        list.WaitForAssertion(() => Assert.Contains("51–60 of 60", list.Markup, StringComparison.Ordinal));
        Assert.Equal(10, list.FindAll("tbody tr").Count);
    }

    private IRenderedComponent<DataList<int>> RenderList(Func<ListQuery, Task>? answers = null) => Render<DataList<int>>(p => p
        .Add(l => l.Label, "Things")
        .Add(l => l.RowKey, row => row)
        .Add(l => l.Watch, ["Thing"])
        .Add(l => l.Load, async (query, _) =>
        {
            _asked.Add(query);
            await (answers?.Invoke(query) ?? Task.CompletedTask);
            return (Result<Page<int>>)(new Page<int>([.. Enumerable.Range(query.Skip, Math.Min(query.Limit, Math.Max(0, _rows - query.Skip)))], _rows));
        })
        .Add(l => l.Empty, "make the first")
        .AddChildContent<ListColumn<int>>(c => c.Add(x => x.Title, "Name").Add(x => x.Sort, "Name").Add(x => x.ChildContent, row => row.ToString(System.Globalization.CultureInfo.InvariantCulture))));
}
