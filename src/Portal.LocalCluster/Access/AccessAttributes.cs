namespace Portal.LocalCluster.Access;

/// <summary>What somebody wants to do: to a resource, or to a path that is none.</summary>
internal sealed record AccessAttributes(string Verb, string Group, string Resource, string Subresource, string Name, string? Namespace)
{
    public string? Path { get; private init; }

    /// <summary><c>pods</c> or <c>pods/log</c>, as rules name it.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessAttributes OfPath(string verb, string path) => new(verb, "", "", "", "", Namespace: null) { Path = path };

    /// <summary>What a path of an API names, of which nobody here knows more; null for a path that names no resource.</summary>
    public static AccessAttributes? OfUnserved(string method, string[] segments)
    {
        var (group, rest) = segments switch
        {
            ["api", _, .. var core] => ("", core),
            ["apis", var its, _, .. var below] => (its, below),
            _ => ("", []),
        };
        var ns = rest is ["namespaces", var home, _, ..] ? home : null;
        if ((ns is null ? rest : rest[2..]) is not [var resource, .. var one]) return null;
        var named = one.Length > 0;
        var verb = method.ToUpperInvariant() switch
        {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => named ? "delete" : "deletecollection",
            _ => named ? "get" : "list",
        };
        return new(verb, group, resource, one.Length > 1 ? one[1] : "", named ? one[0] : "", ns);
    }

    /// <summary>In the words of a refusal.</summary>
    public string Denial(string user) => Path is not null
        ? $"User \"{user}\" cannot {Verb} path \"{Path}\""
        : $"User \"{user}\" cannot {Verb} resource \"{FullResource}\" in API group \"{Group}\" {(Namespace is null ? "at the cluster scope" : $"in the namespace \"{Namespace}\"")}";
}
