using Portal.Components.Shared.Members;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Components.Pages.Teams;

/// <summary>What is typed into the form of a team.</summary>
public sealed class TeamForm
{
    /// <summary>Made with the form; sending it twice makes one team.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    public string Leads { get; set; } = "";

    public string Region { get; set; } = "";

    public DataClass DataClass { get; set; } = DataClass.Internal;

    public string CostCentre { get; set; } = "";

    /// <summary>What the service refused, shown at its field.</summary>
    public Refusal? Refused { get; set; }

    /// <summary>The refusal of a field, if there is one.</summary>
    public Refusal? RefusalOf(string field) => Refused?.Field == field ? Refused : null;

    /// <summary>The form of a team that is there.</summary>
    public static TeamForm From(TeamView team) => new()
    {
        Name = team.Name,
        Region = team.DefaultRegion,
        DataClass = team.DefaultDataClass,
        CostCentre = team.DefaultCostCentre,
    };

    /// <summary>Takes over the fields of <paramref name="current"/> that nobody changed in this form since it was filled.</summary>
    public void TakeUntouched(TeamContent filled, TeamForm current)
    {
        Name = Name == filled.Name ? current.Name : Name;
        Region = Region == filled.DefaultRegion ? current.Region : Region;
        DataClass = DataClass == filled.DefaultDataClass ? current.DataClass : DataClass;
        CostCentre = CostCentre == filled.DefaultCostCentre ? current.CostCentre : CostCentre;
    }

    /// <summary>As the service takes it for a new team.</summary>
    public TeamDraft ToDraft() => new(Id, Name)
    {
        DefaultRegion = Region,
        DefaultDataClass = DataClass,
        DefaultCostCentre = CostCentre,
        Members = [.. NameList.Of(Leads).Select(name => new MemberChange<TeamRole>(name, TeamRole.Lead))],
    };

    /// <summary>As the service takes it for a change.</summary>
    public TeamContent ToContent() => new(Name) { DefaultRegion = Region, DefaultDataClass = DataClass, DefaultCostCentre = CostCentre };
}
