using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Caching.Memory;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;

namespace Portal.Infrastructure.Notebooks;

/// <summary>
/// Gets the portal's own requests into a Jupyter server. The server takes its token in a header, in the address or in its sign-in
/// form. Through an API server only the form is left: that keeps the header for itself and logs each address.
/// </summary>
internal sealed class JupyterSignIn(IMemoryCache cache) : INotebookSignIn
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(30);

    public async Task AuthorizeAsync(HttpRequestHeaders headers, NotebookTarget target, WorkloadRoute route, CancellationToken ct, string forgeryToken = "")
    {
        if (!route.ThroughServer)
        {
            headers.Authorization = new AuthenticationHeaderValue("token", target.Token);
            if (forgeryToken.Length > 0)
                headers.TryAddWithoutValidation("Cookie", $"{INotebookSignIn.ForgeryCookie}={forgeryToken}");
            return;
        }
        var session = await SessionAsync(target, route).WaitAsync(ct);
        var token = forgeryToken.Length > 0 ? forgeryToken : session.ForgeryToken;
        headers.TryAddWithoutValidation("Cookie", $"{session.Cookie}; {INotebookSignIn.ForgeryCookie}={token}");
        if (!headers.Contains(INotebookSignIn.ForgeryHeader))
            headers.TryAddWithoutValidation(INotebookSignIn.ForgeryHeader, token);
    }

    public void Forget(NotebookTarget target) => cache.Remove(Key(target));

    // A page makes dozens of requests at once: the first signs in, and the others wait for it.
    private Task<Session> SessionAsync(NotebookTarget target, WorkloadRoute route)
    {
        if (cache.TryGetValue(Key(target), out Lazy<Task<Session>>? known) && known!.Value.IsFaulted)
            Forget(target);
        return cache.GetOrCreate(Key(target), entry =>
        {
            entry.SlidingExpiration = Unused;
            return new Lazy<Task<Session>>(() => SignInAsync(target, route));
        })!.Value;
    }

    private static (string, NotebookTarget) Key(NotebookTarget target) => (nameof(JupyterSignIn), target);

    // Not bound to the request that began it: the others wait for it too.
    private static async Task<Session> SignInAsync(NotebookTarget target, WorkloadRoute route)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var address = $"{route.Prefix}{NotebookManifests.BasePath(target.Id)}login";
            using var ask = new HttpRequestMessage(HttpMethod.Get, address);
            using var form = await route.Client.SendAsync(ask, deadline.Token);
            var forgeryToken = Cookies(form).GetValueOrDefault(INotebookSignIn.ForgeryCookie, "");
            using var send = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["password"] = target.Token, [INotebookSignIn.ForgeryCookie] = forgeryToken }),
            };
            send.Headers.Add("Cookie", $"{INotebookSignIn.ForgeryCookie}={forgeryToken}");
            using var answer = await route.Client.SendAsync(send, deadline.Token);
            var cookie = string.Join("; ", Cookies(answer).Where(c => c.Key != INotebookSignIn.ForgeryCookie).Select(c => $"{c.Key}={c.Value}"));
            return cookie.Length > 0 && answer.StatusCode == HttpStatusCode.Found
                ? new Session(cookie, forgeryToken)
                : throw new HttpRequestException("The notebook server does not take its token.", null, answer.StatusCode);
        }
        catch (OperationCanceledException e)
        {
            throw new HttpRequestException($"The notebook server did not answer within {Patience.TotalSeconds:0} s.", e);
        }
    }

    private static Dictionary<string, string> Cookies(HttpResponseMessage response)
    {
        var cookies = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in response.Headers.TryGetValues("Set-Cookie", out var given) ? given : [])
        {
            var pair = text.Split(';')[0].Split('=', 2);
            if (pair.Length == 2)
                cookies[pair[0].Trim()] = pair[1].Trim();
        }
        return cookies;
    }

    private sealed record Session(string Cookie, string ForgeryToken);
}
