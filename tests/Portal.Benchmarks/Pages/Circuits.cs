using System.Diagnostics;
using System.Globalization;
using Portal.Testing.Files;

namespace Portal.Benchmarks.Pages;

/// <summary>Circuits that a Node.js program holds open, as browsers of the trial's scientist do.</summary>
internal sealed class Circuits(Process process) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Opens them and waits until the server has drawn all of them and sends nothing more.</summary>
    public static async Task<Circuits> OpenAsync(PublishedPortal portal, string path, int count)
    {
        var packages = await InstallAsync();
        var cookies = await portal.CookiesAsync("scientist");
        var start = new ProcessStartInfo("node",
            [Repository.At("tests", "Portal.Benchmarks", "Pages", "circuits.mjs"), portal.Address.ToString().TrimEnd('/'), path,
                count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PACKAGES"] = packages;
        start.Environment["COOKIE"] = string.Join("; ", cookies.Select(c => $"{c.Name}={c.Value}"));
        var circuits = new Circuits(Process.Start(start)!);
        try
        {
            await circuits.ExpectAsync($"open {count}");
            return circuits;
        }
        catch
        {
            await circuits.DisposeAsync();
            throw;
        }
    }

    /// <summary>Throws when any of them has ended meanwhile: fewer would need less memory.</summary>
    public async Task CheckAsync()
    {
        await process.StandardInput.WriteLineAsync("alive?");
        await process.StandardInput.FlushAsync();
        await ExpectAsync("alive");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task ExpectAsync(string expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        var line = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (line != expected)
            throw new InvalidOperationException($"the circuits: {line}");
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Repository.At(".cache", "circuits");
        Directory.CreateDirectory(folder);
        if (Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft")))
            return folder;
        var (code, _, error) = await Tool.RunAsync("npm", "install", "--silent", "--no-save", "--prefix", folder,
            "@microsoft/signalr@10", "@microsoft/signalr-protocol-msgpack@10");
        return code == 0 ? folder : throw new InvalidOperationException("npm: " + error);
    }
}
