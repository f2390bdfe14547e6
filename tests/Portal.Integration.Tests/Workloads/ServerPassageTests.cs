using System.Text;
using Portal.Api.Notebooks;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;

namespace Portal.Integration.Tests.Workloads;

public class ServerPassageTests
{
    private const string Path = "/api/v1/namespaces/ml-x/pods/nb-0:8888/proxy";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://c.test:6443" + Path, Path + "/notebooks/1/tree?a=b", "/notebooks/1/tree?a=b")]
    [InlineData("https://c.test:6443" + Path, "https://c.test:6443" + Path + "/notebooks/1/", "/notebooks/1/")]
    [InlineData("https://c.test:6443" + Path, "relative", "relative")]
    [InlineData("https://c.test:6443" + Path, "/notebooks/1/lab", "/notebooks/1/lab")]
    [InlineData("https://c.test:6443" + Path, "https://elsewhere.test/x", "https://elsewhere.test/x")]
    [InlineData("https://gate.test/k8s/clusters/c-1" + Path, Path + "/notebooks/1/", "/notebooks/1/")]
    [InlineData("https://gate.test/k8s/clusters/c-1" + Path, "/k8s/clusters/c-1" + Path + "/notebooks/1/", "/notebooks/1/")]
    public void Location_OfARedirect_IsTheNotebooksOwn(string prefix, string written, string expected) =>
        Assert.Equal(expected, PassageOf(prefix).Location(written));

    // Whatever the pieces in which a page comes, what straddles two of them is found.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64 * 1024)]
    [InlineData(1 << 20)]
    public async Task Page_InAnyPieces_HasItsLinksBack(int piece)
    {
        const string Gate = "/k8s/clusters/c-1";
        var link = $"<a href=\"{Path}/a\"><img src='{Gate}{Path}/b'>{Path}!{Path[..20]}";
        var filling = new string('x', 65_500);
        var page = $"{link}{filling}{link}信用{filling}{link}";

        using var written = new MemoryStream();
        await PassageOf("https://gate.test" + Gate + Path).CopyAsync(new Pieces(Encoding.UTF8.GetBytes(page), piece), written, Ct);

        var mended = $"<a href=\"/a\"><img src='/b'>{Path}!{Path[..20]}";
        Assert.Equal($"{mended}{filling}{mended}信用{filling}{mended}", Encoding.UTF8.GetString(written.ToArray()));
    }

    [Fact]
    public void Redirect_ToTheSignIn_IsKnownFromOthers()
    {
        var target = new NotebookTarget(Guid.CreateVersion7(), null, "ml-x", "nb-0", "10.0.0.1", "token");

        Assert.True(ServerPassage.AsksToSignIn(target, $"/notebooks/{target.Id:D}/login?next=%2F"));
        Assert.False(ServerPassage.AsksToSignIn(target, $"/notebooks/{target.Id:D}/lab"));
    }

    private static ServerPassage PassageOf(string prefix) => new(new WorkloadRoute(null!, prefix, ThroughServer: true));

    private sealed class Pieces(byte[] all, int size) : MemoryStream(all)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
