namespace Portal.LocalCluster.Access;

/// <summary>Who asks. <paramref name="ImpersonatedBy"/> is the user whose credential it was, where that is another.</summary>
internal sealed record Caller(string User, IReadOnlyList<string> Groups, string Uid = "", string? ImpersonatedBy = null)
{
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";

    private const string Masters = "system:masters";
    private const string AccountPrefix = "system:serviceaccount:";

    public static readonly Caller Admin = new("local-admin", [Masters, Authenticated]);

    public static readonly Caller Anonymous = new("system:anonymous", [Unauthenticated]);

    /// <summary>May do everything, whatever roles say.</summary>
    public bool IsMaster => Groups.Contains(Masters, StringComparer.Ordinal);

    public static string AccountName(string ns, string name) => $"{AccountPrefix}{ns}:{name}";

    public static IReadOnlyList<string> AccountGroups(string ns) => ["system:serviceaccounts", $"system:serviceaccounts:{ns}", Authenticated];

    /// <summary>Namespace and name of the service account that a user name stands for.</summary>
    public static (string Namespace, string Name)? AccountOf(string user) =>
        user.Split(':') is ["system", "serviceaccount", var ns, var name] ? (ns, name) : null;
}
