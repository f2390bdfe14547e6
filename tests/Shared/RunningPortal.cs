using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Tokens;

namespace Portal.Testing.Web;

/// <summary>The whole portal on a loopback port, with state of its own that is gone at the end.</summary>
public sealed class RunningPortal : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private RunningPortal(WebApplication app, Uri address, string folder) => (_app, Address, _folder) = (app, address, folder);

    public Uri Address { get; }

    /// <summary>Its data directory.</summary>
    public string Folder => _folder;

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it.</summary>
    /// <param name="cluster">Value of <c>Cluster:Mode</c>.</param>
    /// <param name="settings">Further settings, as <c>--Name value</c> pairs.</param>
    public static async Task<RunningPortal> StartAsync(string cluster = "None", bool sample = false, params string[] settings)
    {
        var folder = Path.Combine(Path.GetTempPath(), "portal-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(folder);
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var app = PortalApplication.Build(
            ["--urls", address.ToString().TrimEnd('/'), "--environment", "Trial", "--Portal:DataDirectory", folder,
                "--Cluster:Mode", cluster, "--Sample:Enabled", sample ? "true" : "false", .. settings],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await app.StartAsync();
        return new RunningPortal(app, address, folder);
    }

    /// <summary>The password of a trial account: scientist, lead, admin or auditor.</summary>
    public string PasswordOf(string account) => Account(account).Password;

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
    public HttpClient Anonymous() => TrialAccount.Client(Address, new CookieContainer());

    /// <summary>A client with the sign-in cookie of a trial account, got through the sign-in form.</summary>
    public Task<HttpClient> BrowserAsync(string account) => Account(account).BrowserAsync();

    /// <summary>Name and value of the sign-in cookies of a trial account.</summary>
    public Task<CookieCollection> CookiesAsync(string account) => Account(account).CookiesAsync();

    private TrialAccount Account(string name) => new(Address, _folder, name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
