namespace Portal.Core.Clusters;

/// <summary>What a registration may say. Pure.</summary>
public static class ClusterRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest address of an API server, in characters.</summary>
    public const int ServerLimit = 500;
}
