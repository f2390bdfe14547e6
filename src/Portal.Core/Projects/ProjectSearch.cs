using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Search, order and page of the list of projects, as queries for the database.</summary>
internal static class ProjectSearch
{
    public static IQueryable<Project> Matching(IQueryable<Project> projects, ListQuery query, ProjectFilter filter)
    {
        if (filter.TeamId is { } team)
            projects = projects.Where(p => p.TeamId == team);
        if (filter.State is { } state)
            projects = projects.Where(p => p.State == state);
        if (TextRules.SearchTerm(query.Search) is { } term)
        {
            projects = projects.Where(p => p.Name.ToLower().Contains(term) || p.Namespace.Contains(term)
                || p.Team!.Name.ToLower().Contains(term));
        }
        return projects;
    }

    /// <summary>One row more than asked for, which tells whether there is a next page.</summary>
    public static IQueryable<Project> Page(IQueryable<Project> projects, ListQuery query)
    {
        if (KeyCursor.Text(query.Cursor) is { } after)
            return projects.Where(p => string.Compare(p.Name, after) > 0).OrderBy(p => p.Name).Take(query.Limit + 1);
        return Ordered(projects, query.Sort, query.Descending).Skip(query.Skip).Take(query.Limit + 1);
    }

    /// <summary>The cursor after the last row; lists in another order than by name have none.</summary>
    public static string? CursorAfter(ListQuery query, string name) =>
        query.Descending || query.Sort is not (null or "" or nameof(Project.Name)) ? null : KeyCursor.Of(name);

    private static IQueryable<Project> Ordered(IQueryable<Project> projects, string? sort, bool descending) => (sort, descending) switch
    {
        ("Team", false) => projects.OrderBy(p => p.Team!.Name).ThenBy(p => p.Name),
        ("Team", true) => projects.OrderByDescending(p => p.Team!.Name).ThenBy(p => p.Name),
        (nameof(Project.State), false) => projects.OrderBy(p => p.State).ThenBy(p => p.Name),
        (nameof(Project.State), true) => projects.OrderByDescending(p => p.State).ThenBy(p => p.Name),
        (nameof(Project.Size), false) => projects.OrderBy(p => p.Size).ThenBy(p => p.Name),
        (nameof(Project.Size), true) => projects.OrderByDescending(p => p.Size).ThenBy(p => p.Name),
        (nameof(Project.Region), false) => projects.OrderBy(p => p.Region).ThenBy(p => p.Name),
        (nameof(Project.Region), true) => projects.OrderByDescending(p => p.Region).ThenBy(p => p.Name),
        (nameof(Project.CreatedAt), false) => projects.OrderBy(p => p.CreatedAt).ThenBy(p => p.Name),
        (nameof(Project.CreatedAt), true) => projects.OrderByDescending(p => p.CreatedAt).ThenBy(p => p.Name),
        (_, true) => projects.OrderByDescending(p => p.Name),
        _ => projects.OrderBy(p => p.Name),
    };
}
