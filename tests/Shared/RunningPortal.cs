using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Tokens;

namespace Portal.Testing.Web;

/// <summary>The whole portal on a loopback port, with state of its own that is gone at the end.</summary>
public sealed partial class RunningPortal : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private RunningPortal(WebApplication app, Uri address, string folder) => (_app, Address, _folder) = (app, address, folder);

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it.</summary>
    /// <param name="cluster">Value of <c>Cluster:Mode</c>.</param>
    /// <param name="settings">Further settings, as <c>--Name value</c> pairs.</param>
    public static async Task<RunningPortal> StartAsync(string cluster = "None", bool sample = false, params string[] settings)
    {
        var folder = Path.Combine(Path.GetTempPath(), "portal-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(folder);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var app = PortalApplication.Build(
            ["--urls", address.ToString().TrimEnd('/'), "--environment", "Trial", "--Portal:DataDirectory", folder,
                "--Cluster:Mode", cluster, "--Sample:Enabled", sample ? "true" : "false", .. settings],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await app.StartAsync();
        return new RunningPortal(app, address, folder);
    }

    /// <summary>The password of a trial account: scientist, lead, admin or auditor.</summary>
    public string PasswordOf(string account) => File.ReadLines(Path.Combine(_folder, "accounts.txt"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(parts => parts[0] == account)[1];

    /// <summary>The actor of a trial account.</summary>
    public async Task<Actor> ActorAsync(string account)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        var person = await db.People.SingleAsync(p => p.UserName == account);
        return new Actor(person.Id, account);
    }

    /// <summary>A client of the API with a new token of a trial account.</summary>
    public async Task<HttpClient> ApiAsync(string account)
    {
        var token = await Services.GetRequiredService<ApiTokenService>().CreateAsync(await ActorAsync(account), "test", 1, default);
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return client;
    }

    /// <summary>A client that is not signed in and follows no redirect.</summary>
    public HttpClient Anonymous() => Client(new CookieContainer());

    private HttpClient Client(CookieContainer cookies) => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
    {
        BaseAddress = Address,
    };

    /// <summary>A client with the sign-in cookie of a trial account, got through the sign-in form.</summary>
    public Task<HttpClient> BrowserAsync(string account) => SignInAsync(account, new CookieContainer());

    /// <summary>Name and value of the sign-in cookies of a trial account.</summary>
    public async Task<CookieCollection> CookiesAsync(string account)
    {
        var cookies = new CookieContainer();
        using var client = await SignInAsync(account, cookies);
        return cookies.GetCookies(Address);
    }

    private async Task<HttpClient> SignInAsync(string account, CookieContainer cookies)
    {
        var client = Client(cookies);
        var page = await client.GetStringAsync("/sign-in");
        var fields = HiddenField().Matches(page).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        fields["Form.UserName"] = account;
        fields["Form.Password"] = PasswordOf(account);
        using var answer = await client.PostAsync("/sign-in", new FormUrlEncodedContent(fields));
        if (answer.StatusCode != HttpStatusCode.Redirect && answer.StatusCode != HttpStatusCode.Found)
            throw new InvalidOperationException($"sign-in of {account}: {(int)answer.StatusCode}");
        return client;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    // Below the ephemeral range: a port from :0 can be an outgoing socket's a moment later.
    private static int FreePort()
    {
        while (true)
        {
            try
            {
                var port = Random.Shared.Next(20000, 32000);
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)" */?>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}
