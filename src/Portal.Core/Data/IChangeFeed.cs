namespace Portal.Core.Data;

/// <summary>Tells, after the commit, which rows changed: pages draw again, work queues wake.</summary>
public interface IChangeFeed
{
    /// <summary>Called once for each committed change.</summary>
    void Publish(RowChange change);

    /// <summary>Calls <paramref name="onChange"/> for each change until disposed; it must be quick and not throw.</summary>
    IDisposable Subscribe(Action<RowChange> onChange);
}

/// <summary>A committed change of one row.</summary>
/// <param name="Kind">Entity name, for example <c>Project</c>.</param>
/// <param name="Id">The row's id.</param>
/// <param name="ProjectId">The project it belongs to, where it has one.</param>
/// <param name="NeedsReconcile">True when the change is one of what is wanted, so that the reconciler has to look.</param>
/// <param name="ClusterId">The cluster that the row names as its own; null where it names none.</param>
public readonly record struct RowChange(string Kind, Guid Id, Guid? ProjectId, bool NeedsReconcile, Guid? ClusterId = null)
{
    /// <summary>Changes may have been missed: whoever follows rows looks at all of them.</summary>
    public static readonly RowChange Everything = new("", Guid.Empty, null, NeedsReconcile: false);

    /// <summary>True for <see cref="Everything"/>.</summary>
    public bool IsEverything => this == Everything;
}
