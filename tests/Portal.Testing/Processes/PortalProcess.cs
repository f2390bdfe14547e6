using System.Diagnostics;
using System.Globalization;
using System.Text;
using Portal.Testing.Waiting;
using Portal.Testing.Web;

namespace Portal.Testing.Processes;

/// <summary>
/// The portal as an installation runs it: the built program in a process of its own, with a data folder that outlives it.
/// It can be killed at any moment and started again.
/// </summary>
public sealed class PortalProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);

    private readonly string[] _settings;
    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <param name="settings">Settings, as <c>--Name value</c> pairs.</param>
    public PortalProcess(params string[] settings)
    {
        _settings = settings;
        Directory.CreateDirectory(Folder);
    }

    /// <summary>Where all its state is.</summary>
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "portal-process-" + Guid.NewGuid().ToString("N")[..8]);

    /// <summary>Its address; the same after a restart.</summary>
    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    /// <summary>The kubeconfig of its embedded cluster.</summary>
    public string Kubeconfig => Path.Combine(Folder, "cluster", "kubeconfig");

    /// <summary>What it has written to its console, over all starts.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts it and waits until it can serve.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Portal.dll"), "--urls", Address.GetLeftPart(UriPartial.Authority), "--Portal:DataDirectory", Folder, .. _settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Trial";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.TrueAsync(async () => _process.HasExited || await IsReadyAsync(client), () => "the portal is ready:\n" + Output, ct, StartPatience);
        if (_process.HasExited)
            throw new InvalidOperationException("The portal ended at its start:\n" + Output);
    }

    /// <summary>SIGKILL, to this process alone: what it had started is not asked to end.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Memory that it has in use, in bytes (<c>VmRSS</c>).</summary>
    public long ResidentMemory => Status("VmRSS");

    /// <summary>The most memory that it had in use since its start or <see cref="ForgetPeakAsync"/>, in bytes (<c>VmHWM</c>).</summary>
    public long PeakMemory => Status("VmHWM");

    /// <summary>Lets <see cref="PeakMemory"/> count from now on (proc(5), <c>clear_refs</c>).</summary>
    public Task ForgetPeakAsync() => File.WriteAllTextAsync($"/proc/{_process!.Id}/clear_refs", "5");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        // Whoever watches over its children needs a moment to end them.
        await Eventually.TrueAsync(TryRemove, "the data folder is free");
    }

    private bool TryRemove()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }

    private long Status(string field)
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/status").Single(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
