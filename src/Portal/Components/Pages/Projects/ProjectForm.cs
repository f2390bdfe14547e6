using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Components.Pages.Projects;

/// <summary>What is typed into the form of a project.</summary>
public sealed class ProjectForm
{
    /// <summary>Fields of <see cref="ProjectFields"/> that show their own refusal; a page shows every other one itself.</summary>
    public static IReadOnlyList<string> SharedFields { get; } = ["DataClass", "Region", "CostCentre", "Description"];

    /// <summary>Made with the form; sending it twice makes one project.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    public Guid TeamId { get; set; }

    public ProjectSize Size { get; set; }

    public DataClass DataClass { get; set; } = DataClass.Internal;

    public string Region { get; set; } = "";

    /// <summary>A pool that it will ask quota of, or null.</summary>
    public Guid? PoolId { get; set; }

    public string CostCentre { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>What the service refused, shown at its field until that field is changed.</summary>
    public Refusal? Refused { get; set; }

    /// <summary>The refusal of a field, if there is one.</summary>
    public Refusal? RefusalOf(string field) => Refused?.Field == field ? Refused : null;

    /// <summary>The form of a project that is there.</summary>
    public static ProjectForm From(ProjectView project) => new()
    {
        Name = project.Name,
        TeamId = project.TeamId,
        Size = project.Size,
        DataClass = project.DataClass,
        Region = project.Region,
        CostCentre = project.CostCentre,
        Description = project.Description,
    };

    /// <summary>Takes over the fields of <paramref name="current"/> that nobody changed in this form since it was filled.</summary>
    public void TakeUntouched(ProjectContent filled, ProjectForm current)
    {
        Name = Name == filled.Name ? current.Name : Name;
        Size = Size == filled.Size ? current.Size : Size;
        DataClass = DataClass == filled.DataClass ? current.DataClass : DataClass;
        Region = Region == filled.Region ? current.Region : Region;
        CostCentre = CostCentre == filled.CostCentre ? current.CostCentre : CostCentre;
        Description = Description == filled.Description ? current.Description : Description;
    }

    /// <summary>As the service takes it for a new project.</summary>
    public ProjectDraft ToDraft() => new(Id, Name, TeamId)
    {
        Size = Size,
        DataClass = DataClass,
        Region = Region,
        PoolId = PoolId,
        CostCentre = CostCentre,
        Description = Description,
    };

    /// <summary>As the service takes it for a change.</summary>
    public ProjectContent ToContent() => new(Name)
    {
        Size = Size,
        DataClass = DataClass,
        Region = Region,
        CostCentre = CostCentre,
        Description = Description,
    };
}
