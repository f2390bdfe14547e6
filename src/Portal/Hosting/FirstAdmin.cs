using Portal.Core.Access;

namespace Portal.Hosting;

/// <summary>
/// The first account of a production installation: <c>admin</c>, with the password in <c>Setup:AdminPassword</c>.
/// It is read only while nobody has an account, and can be taken out of the configuration afterwards.
/// </summary>
internal sealed partial class FirstAdmin(SetupService setup, IConfiguration configuration, ILogger<FirstAdmin> logger)
{
    private const int ShortestPassword = 12;

    public async Task MakeAsync(CancellationToken ct)
    {
        if (!await setup.IsNeededAsync(Actor.Setup, ct))
            return;
        var password = configuration["Setup:AdminPassword"] ?? "";
        if (password.Length < ShortestPassword)
            LogMissing(logger, ShortestPassword);
        else
            await setup.CreateAccountsAsync(Actor.Setup, [new NewAccount("admin", "Administrator", PlatformRole.Admin, password)], ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Nobody can sign in yet: set Setup:AdminPassword (at least {Length} characters) and start again to make the account 'admin'.")]
    private static partial void LogMissing(ILogger logger, int length);
}
