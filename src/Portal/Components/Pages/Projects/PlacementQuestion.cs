using Portal.Core.Projects;

namespace Portal.Components.Pages.Projects;

/// <summary>Those fields of the form for a new project that decide on its cluster.</summary>
public sealed record PlacementQuestion(Guid TeamId, DataClass DataClass, string Region, Guid? PoolId)
{
    /// <summary>As the service takes it.</summary>
    public ProjectContent ToContent() => new("") { DataClass = DataClass, Region = Region, PoolId = PoolId };
}
