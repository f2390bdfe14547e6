using System.ComponentModel;
using Portal.Core.Results;

namespace Portal.Api;

/// <summary>What every list of the API takes.</summary>
public sealed record ListParameters(
    [property: Description("Free text.")] string? Search = null,
    [property: Description("Rows wanted, 1 to 200; 50 when absent.")] int? Limit = null,
    [property: Description("Cursor from the page before.")] string? Cursor = null,
    [property: Description("Property to order by.")] string? Sort = null,
    [property: Description("Largest first.")] bool? Descending = null)
{
    /// <summary>Reads a page with <paramref name="list"/> and answers it with its cursor.</summary>
    public async Task<IResult> AnswerAsync<T>(Problems problems, Func<ListQuery, Task<Result<Page<T>>>> list)
    {
        var query = Api.Cursor.Continue(new ListQuery(Search, 0, Limit ?? 50, Sort, Descending ?? false, Cursor), Cursor);
        return query is null
            ? problems.Of(new Refusal("api.cursor", Field: "cursor"))
            : problems.Answer(await list(query), page => Api.Cursor.Page(page, query));
    }
}
