namespace Portal.Hosting;

/// <summary>The last line of a trial's start: where the portal is, and where the accounts to sign in with are written.</summary>
internal static class Welcome
{
    public static void SayWhereItIs(this WebApplication app, PortalSettings settings)
    {
        if (app.Environment.IsProduction())
            return;
        var accounts = Path.Combine(settings.DataDirectory, "accounts.txt");
        app.Lifetime.ApplicationStarted.Register(() =>
            Console.Out.WriteLine($"The portal is on {string.Join(", ", app.Urls)} and the trial accounts are in {accounts}"));
    }
}
