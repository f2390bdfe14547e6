namespace Portal.LocalCluster.Access;

/// <summary>What somebody wants to do: to a resource, or to a path that is none.</summary>
internal sealed record AccessAttributes(string Verb, string Group, string Resource, string Subresource, string Name, string? Namespace)
{
    public string? Path { get; private init; }

    /// <summary><c>pods</c> or <c>pods/log</c>, as rules name it.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessAttributes OfPath(string verb, string path) => new(verb, "", "", "", "", Namespace: null) { Path = path };

    /// <summary>In the words of a refusal.</summary>
    public string Denial(string user) => Path is not null
        ? $"User \"{user}\" cannot {Verb} path \"{Path}\""
        : $"User \"{user}\" cannot {Verb} resource \"{FullResource}\" in API group \"{Group}\" {(Namespace is null ? "at the cluster scope" : $"in the namespace \"{Namespace}\"")}";
}
