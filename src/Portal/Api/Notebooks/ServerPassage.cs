using Portal.Core.Notebooks;
using Portal.Core.Workloads;

namespace Portal.Api.Notebooks;

/// <summary>
/// What an API server does to the answers that it passes on, undone: in pages and redirects it puts its own path before every
/// link from the root (k8s.io/apimachinery, <c>util/proxy/transport.go</c>), where a browser behind the portal would not find it.
/// </summary>
public sealed class ServerPassage
{
    private readonly string[] _paths;

    public ServerPassage(WorkloadRoute route)
    {
        var whole = new Uri(route.Prefix).AbsolutePath;
        // A gateway before the server has a path of its own that the server does not know.
        var own = whole[whole.IndexOf("/api/v1/", StringComparison.Ordinal)..];
        _paths = whole == own ? [own] : [whole, own];
    }

    /// <summary>A redirect as the notebook server wrote it.</summary>
    public string Location(string written)
    {
        var path = Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.PathAndQuery : written;
        return _paths.FirstOrDefault(p => path.StartsWith(p + "/", StringComparison.Ordinal)) is { } before ? path[before.Length..] : written;
    }

    /// <summary>Copies a page, its links as the notebook server wrote them.</summary>
    public async Task CopyAsync(Stream page, Stream to, CancellationToken ct)
    {
        var replaced = _paths.Select(p => System.Text.Encoding.UTF8.GetBytes(p + "/")).ToArray();
        var longest = replaced.Max(r => r.Length);
        var buffer = new byte[64 * 1024];
        var held = 0;
        while (true)
        {
            var read = await page.ReadAsync(buffer.AsMemory(held), ct);
            held += read;
            var done = 0;
            while (Next(buffer.AsSpan(done, held - done), replaced) is var (at, length) && length > 0)
            {
                await to.WriteAsync(buffer.AsMemory(done, at), ct);
                // The slash at its end begins the link.
                await to.WriteAsync(buffer.AsMemory(done + at + length - 1, 1), ct);
                done += at + length;
            }
            // What may be the beginning of one waits for the rest.
            var sent = read == 0 ? held : Math.Max(done, held - longest + 1);
            await to.WriteAsync(buffer.AsMemory(done, sent - done), ct);
            buffer.AsSpan(sent, held - sent).CopyTo(buffer);
            held -= sent;
            if (read == 0)
                return;
        }
    }

    private static (int At, int Length) Next(ReadOnlySpan<byte> text, byte[][] replaced)
    {
        var (first, length) = (int.MaxValue, 0);
        foreach (var bytes in replaced)
        {
            if (text.IndexOf(bytes) is >= 0 and var at && at < first)
                (first, length) = (at, bytes.Length);
        }
        return (first, length);
    }

    /// <summary>True for a redirect to the form in which the server wants its token: it has forgotten the portal.</summary>
    public static bool AsksToSignIn(NotebookTarget target, string location) =>
        location.StartsWith(NotebookManifests.BasePath(target.Id) + "login", StringComparison.Ordinal);
}
