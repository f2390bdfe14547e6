using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Portal.LocalCluster.Api;

/// <summary>
/// What an API server changes in the answers that its proxy passes on: links from the root in redirects and pages get the path of
/// the proxy before them (k8s.io/apimachinery, <c>pkg/util/proxy/transport.go</c>).
/// </summary>
internal sealed partial class ProxiedPages(string before, string host)
{
    /// <summary>A redirect's address.</summary>
    public string Rewritten(string link)
    {
        var path = link;
        if (Uri.TryCreate(link, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            if (address.Authority != host) return link;
            path = address.PathAndQuery + address.Fragment;
        }
        return !path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || path.StartsWith(before, StringComparison.Ordinal) ? link : before + path;
    }

    /// <summary>Copies a page with its links rewritten, compressed as it came.</summary>
    public async Task CopyAsync(Stream page, Stream to, string encoding, CancellationToken ct)
    {
        if (encoding is not ("" or "gzip"))
        {
            await page.CopyToAsync(to, ct);
            return;
        }
        await using var plain = encoding.Length == 0 ? page : new GZipStream(page, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        var text = Tag().Replace(await reader.ReadToEndAsync(ct), tag => Link().Replace(tag.Value, link => link.Groups["name"].Value + Rewritten(link.Groups["link"].Value)));
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        if (encoding.Length == 0)
        {
            await to.WriteAsync(bytes, ct);
            return;
        }
        await using var packed = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);
        await packed.WriteAsync(bytes, ct);
    }

    [GeneratedRegex("<[a-zA-Z][^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    // All attributes that hold links, in whichever element; the real one goes by a table of both.
    [GeneratedRegex("""(?<name>\s(?:href|src|action|formaction|cite|codebase|data|longdesc|manifest|poster|background|icon|profile|usemap|classid)\s*=\s*["'])(?<link>[^"']*)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
