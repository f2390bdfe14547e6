namespace Portal.LocalCluster.Cel;

/// <summary>An expression that cannot be read, or that has no value for what it was given.</summary>
public sealed class CelException(string message) : Exception(message)
{
    /// <summary>It uses a function that is not known here, which says nothing about the value.</summary>
    public bool Unsupported { get; init; }
}
