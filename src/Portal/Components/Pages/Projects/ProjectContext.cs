using Portal.Core.Access;
using Portal.Core.Projects;

namespace Portal.Components.Pages.Projects;

/// <summary>The project that a tab stands in; cascades to every tab and changes when the project does.</summary>
/// <param name="Project">As the reader may see it.</param>
public sealed record ProjectContext(ProjectView Project)
{
    public Guid Id => Project.Id;

    /// <summary>Reads the project again, for a tab whose next command has to start from what it just changed.</summary>
    public Func<Task> ReloadAsync { get; init; } = () => Task.CompletedTask;

    /// <summary>True when the reader holds the right; hide what they can never do.</summary>
    public bool May(Permission permission) => Project.May(permission);

    /// <summary>True when work may be started now; disable with the reason when it is not.</summary>
    public bool IsOpen => Project.IsOpen;

    /// <summary>Address of a tab.</summary>
    public string Path(string tab) => $"/projects/{Id}/{tab}";
}
