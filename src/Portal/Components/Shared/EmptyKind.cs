namespace Portal.Components.Shared;

/// <summary>Why there is nothing to show.</summary>
public enum EmptyKind
{
    /// <summary>Nobody made one so far; the next step is offered.</summary>
    NothingYet,

    /// <summary>There are some, and none matches the search.</summary>
    NothingFound,

    /// <summary>The reader may not see it, or it is not there.</summary>
    NotAllowed,

    /// <summary>The cluster lacks what it needs.</summary>
    NotInstalled,
}
