namespace Portal.Components.Shared;

/// <summary>Why there is nothing to show.</summary>
public enum EmptyKind
{
    /// <summary>Nobody made one so far; the next step is offered.</summary>
    NothingYet,

    /// <summary>There are some, and none matches the search.</summary>
    NothingFound,

    /// <summary>The reader may not see it.</summary>
    NotAllowed,

    /// <summary>It is not there any more, or never was; to those who may not see it, it looks the same.</summary>
    Gone,

    /// <summary>The cluster lacks what it needs.</summary>
    NotInstalled,
}
