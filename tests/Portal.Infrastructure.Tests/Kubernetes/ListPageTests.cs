using System.Text;
using System.Text.Json;
using Portal.Infrastructure.Kubernetes;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ListPageTests
{
    [Theory]
    [InlineData("""{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"next"},"items":[{"a":1},{"a":[2,{}]}]}""")]
    [InlineData("""{"items":[{"a":1},{"a":[2,{}]}],"other":{"items":[{"a":3}]},"metadata":{"continue":"next","resourceVersion":"7"}}""")]
    public void Page_InAnyOrder_IsReadWhole(string body)
    {
        var page = ListPage.Of(Encoding.UTF8.GetBytes(body));

        Assert.Equal(("7", "next"), (page.Version, page.Continue));
        Assert.Equal(["1", "[2,{}]"], Items(page));
    }

    [Theory]
    [InlineData("""{"metadata":{},"items":[]}""")]
    [InlineData("""{"metadata":{},"items":null}""")]
    [InlineData("""{"kind":"Status"}""")]
    public void Page_WithoutItems_HasNone(string body)
    {
        var page = ListPage.Of(Encoding.UTF8.GetBytes(body));

        Assert.Equal(("", null), (page.Version, page.Continue));
        Assert.Empty(Items(page));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"metadata":{"resourceVersion":"7"},"items":[{"a":1},{"a""")]
    [InlineData("""{"metadata":{"resourceVersion":"7"},"items":[{"a":1}]""")]
    [InlineData("<html>")]
    public void Page_ThatBreaksOff_IsNoPage(string body) =>
        Assert.ThrowsAny<JsonException>(() => ListPage.Of(Encoding.UTF8.GetBytes(body)));

    private static List<string> Items(ListPage page)
    {
        var items = new List<string>();
        page.Each(item => items.Add(item.GetProperty("a").GetRawText()));
        return items;
    }
}
