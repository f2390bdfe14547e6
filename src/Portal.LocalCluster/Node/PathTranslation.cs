using System.Text.RegularExpressions;

namespace Portal.LocalCluster.Node;

/// <summary>
/// A local process sees the whole machine: there is no mount namespace. So a container's mount paths, where they stand
/// as a path or the beginning of one in its command, arguments, values and working directory, are replaced by the
/// folders behind them.
/// </summary>
public sealed class PathTranslation
{
    private readonly Dictionary<string, string> _folders;
    private readonly Regex? _pattern;

    /// <param name="mounts">Host path by mount path; the longest mount path wins.</param>
    public PathTranslation(IEnumerable<KeyValuePair<string, string>> mounts)
    {
        _folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string mount, string folder) in mounts) _folders[mount.TrimEnd('/')] = folder;
        _folders.Remove("");
        if (_folders.Count == 0) return;
        string paths = string.Join('|', _folders.Keys.OrderByDescending(path => path.Length).Select(Regex.Escape));
        // Not inside a longer path or an address (http://host/data), and only whole path segments (/data, not /database).
        _pattern = new Regex($@"(?<![\w./~)}}\-])(?:{paths})(?![\w.\-])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public string Translate(string text) => _pattern is null ? text : _pattern.Replace(text, match => _folders[match.Value]);
}
