using Portal.Testing.Files;

namespace Portal.Architecture.Tests;

/// <summary>A file of the repository.</summary>
/// <param name="Path">Relative to the repository, with slashes.</param>
internal sealed record SourceFile(string Path, string Text)
{
    public int Lines => Text.Count(c => c == '\n');

    /// <summary>True when a using directive names one of the namespaces.</summary>
    public bool Uses(params string[] namespaces) => Text.Split('\n').Select(l => l.TrimStart('@').Trim())
        .Any(line => namespaces.Any(n => line.StartsWith("using " + n, StringComparison.Ordinal)));
}

/// <summary>The files that people write: C# and Razor, without what is generated.</summary>
internal static class SourceFiles
{
    public static IEnumerable<SourceFile> Of(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor")
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)
                && !f.Contains("/Migrations/", StringComparison.Ordinal))
            .Select(f => new SourceFile(f, File.ReadAllText(Path.Combine(Repository.Root, f))));
}
