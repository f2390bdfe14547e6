using System.Diagnostics;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.ClientNode;

/// <summary>A second client that knows nothing of ours: the JavaScript one.</summary>
public sealed class ClientNodeTests
{
    [Fact]
    public async Task Journey_OfTheJavaScriptClient_GoesToItsEnd()
    {
        string? package = Package();
        Assert.SkipWhen(package is null, "@kubernetes/client-node is not installed; ./test.sh installs it.");
        await using TestCluster cluster = await TestCluster.StartAsync();
        ProcessStartInfo start = new("node", [Path.Combine(AppContext.BaseDirectory, "ClientNode", "journey.mjs")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = cluster.KubeconfigPath;
        start.Environment["CLIENT_NODE"] = package;
        using Process process = Process.Start(start)!;
        (Task<string> output, Task<string> errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"It stands still after: {await output}{await errors}");
        }

        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Equal(["informer", "apply", "watch", "logs", "exec", "port-forward", "done"], (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string? Package()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string found = Path.Combine(folder.FullName, ".cache", "client-node");
            if (Directory.Exists(Path.Combine(found, "node_modules", "@kubernetes", "client-node"))) return found;
        }
        return null;
    }
}
