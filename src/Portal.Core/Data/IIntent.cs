namespace Portal.Core.Data;

/// <summary>A row that people change from pages which may have grown stale; each change raises the number.</summary>
public interface IVersioned
{
    /// <summary>Counts the changes of what is wanted, from 1.</summary>
    long Generation { get; set; }
}

/// <summary>
/// A row that a reconciler carries out. Services raise <see cref="IVersioned.Generation"/> when they change what is wanted;
/// the reconciler alone writes <see cref="ObservedGeneration"/> and the status beside it.
/// </summary>
public interface IIntent : IVersioned
{
    /// <summary>UUIDv7 made in code. A row that a form makes takes the form's id, so that sending it twice makes one row.</summary>
    Guid Id { get; }

    /// <summary>The last generation that was carried out whole.</summary>
    long ObservedGeneration { get; set; }
}
