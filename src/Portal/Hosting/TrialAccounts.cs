using System.Security.Cryptography;
using Portal.Core.Access;

namespace Portal.Hosting;

/// <summary>
/// The four people of a trial, made at its first start. Their passwords are random, printed once and kept in
/// <c>accounts.txt</c> of the data directory, which only its owner can read.
/// </summary>
internal sealed class TrialAccounts(SetupService setup, PortalSettings settings)
{
    // Without the characters that are mistaken for one another.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    public string File => Path.Combine(settings.DataDirectory, "accounts.txt");

    public async Task MakeAsync(CancellationToken ct)
    {
        if (!await setup.IsNeededAsync(Actor.Setup, ct))
            return;
        NewAccount[] accounts =
        [
            new("scientist", "Trial scientist", PlatformRole.Scientist, NewPassword()),
            new("lead", "Trial lead", PlatformRole.Lead, NewPassword()),
            new("admin", "Trial admin", PlatformRole.Admin, NewPassword()),
            new("auditor", "Trial auditor", PlatformRole.Auditor, NewPassword()),
        ];
        // The file first: a stop between the two leaves passwords without accounts, which the next start mends.
        var text = string.Concat(accounts.Select(a => $"{a.UserName,-10} {a.Password}{Environment.NewLine}"));
        await WriteAsync(text, ct);
        await setup.CreateAccountsAsync(Actor.Setup, accounts, ct);
        await Console.Out.WriteLineAsync($"Trial accounts (kept in {File}):{Environment.NewLine}{text}");
    }

    private async Task WriteAsync(string text, CancellationToken ct)
    {
        System.IO.File.Delete(File);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(File, options);
        await writer.WriteAsync(text.AsMemory(), ct);
    }

    private static string NewPassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));
}
