using System.Net;
using Microsoft.Extensions.Caching.Memory;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Portal.Infrastructure.Notebooks;

namespace Portal.Infrastructure.Tests.Notebooks;

public sealed class JupyterSignInTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly NotebookTarget _target = new(Guid.CreateVersion7(), null, "ml-x", "nb-0", "10.0.0.1", "the-token");
    private readonly MemoryCache _cache = new(new MemoryCacheOptions());
    private readonly Server _server = new();

    [Fact]
    public async Task Authorize_WhereThePodIsReached_SendsTheTokenInItsHeader()
    {
        using var request = new HttpRequestMessage();

        await SignIn().AuthorizeAsync(request.Headers, _target, Route(through: false), Ct, "from-the-browser");

        Assert.Equal("token the-token", request.Headers.Authorization?.ToString());
        Assert.Equal(["_xsrf=from-the-browser"], request.Headers.GetValues("Cookie"));
        Assert.Empty(_server.Asked);
    }

    [Fact]
    public async Task Authorize_ThroughAServer_SignsInOnceForAllAndNeverNamesTheTokenInAnAddress()
    {
        var signIn = SignIn();
        var requests = Enumerable.Range(0, 8).Select(_ => new HttpRequestMessage()).ToList();

        await Task.WhenAll(requests.Select(r => signIn.AuthorizeAsync(r.Headers, _target, Route(through: true), Ct)));

        Assert.All(requests, r =>
        {
            Assert.Null(r.Headers.Authorization);
            Assert.Equal(["username-c=\"signed\"; _xsrf=2|abc"], r.Headers.GetValues("Cookie"));
            Assert.Equal(["2|abc"], r.Headers.GetValues("X-XSRFToken"));
        });
        Assert.Equal(2, _server.Asked.Count);
        Assert.All(_server.Asked, a => Assert.DoesNotContain("the-token", a, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Authorize_AfterARefusalOrOnceForgotten_SignsInAnew()
    {
        var signIn = SignIn();
        _server.Token = "another";
        using var first = new HttpRequestMessage();
        await Assert.ThrowsAsync<HttpRequestException>(() => signIn.AuthorizeAsync(first.Headers, _target, Route(through: true), Ct));

        _server.Token = "the-token";
        using var second = new HttpRequestMessage();
        await signIn.AuthorizeAsync(second.Headers, _target, Route(through: true), Ct);
        var asked = _server.Asked.Count;
        signIn.Forget(_target);
        using var third = new HttpRequestMessage();
        await signIn.AuthorizeAsync(third.Headers, _target, Route(through: true), Ct);

        Assert.Equal(asked + 2, _server.Asked.Count);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _server.Dispose();
    }

    private JupyterSignIn SignIn() => new(_cache);

    private WorkloadRoute Route(bool through) => new(new HttpMessageInvoker(_server, disposeHandler: false), "https://c.test/api/v1/namespaces/ml-x/pods/nb-0:8888/proxy", through);

    // Jupyter's sign-in form as seen from outside: a token against forgery, then a cookie for whoever types the right password.
    private sealed class Server : HttpMessageHandler
    {
        public string Token { get; set; } = "the-token";

        public List<string> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            var form = request.Content is null ? "" : WebUtility.UrlDecode(await request.Content.ReadAsStringAsync(cancellationToken));
            var right = form == $"password={Token}&_xsrf=2|abc" && request.Headers.GetValues("Cookie").Single() == "_xsrf=2|abc";
            var answer = new HttpResponseMessage(right ? HttpStatusCode.Found : request.Method == HttpMethod.Get ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
            answer.Headers.Add("Set-Cookie", right ? "username-c=\"signed\"; HttpOnly; Path=/" : "_xsrf=2|abc; Path=/");
            return answer;
        }
    }
}
