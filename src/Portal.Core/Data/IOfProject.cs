namespace Portal.Core.Data;

/// <summary>A row that belongs to one project and is seen by those who see it.</summary>
public interface IOfProject
{
    /// <summary>The project's id.</summary>
    Guid ProjectId { get; }
}
