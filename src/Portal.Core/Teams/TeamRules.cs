using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>What people fill in about a team.</summary>
public record TeamContent(string Name)
{
    /// <summary>Prefilled for new projects.</summary>
    public string DefaultRegion { get; init; } = "";

    /// <summary>Prefilled for new projects.</summary>
    public DataClass DefaultDataClass { get; init; } = DataClass.Internal;

    /// <summary>Prefilled for new projects; may be empty.</summary>
    public string DefaultCostCentre { get; init; } = "";

    /// <summary>The name as it is stored.</summary>
    internal string StoredName => Name.Trim().Normalize();
}

/// <summary>What teams may be called and hold. Pure.</summary>
public static class TeamRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 100;

    /// <summary>Null when the content can be accepted; otherwise the first refusal, with its field.</summary>
    public static Refusal? Check(TeamContent content) =>
        TextRules.CheckRequired("Name", content.Name, NameLimit)
        ?? (Enum.IsDefined(content.DefaultDataClass) ? null : new Refusal("project.data_class_unknown", Field: "DefaultDataClass"))
        ?? TextRules.Check("DefaultRegion", content.DefaultRegion, ProjectRules.CodeLimit)
        ?? TextRules.Check("DefaultCostCentre", content.DefaultCostCentre, ProjectRules.CodeLimit);
}
