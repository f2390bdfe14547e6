using System.Diagnostics;
using Xunit;

namespace Portal.Testing.Files;

/// <summary>Programs that tests run, found in <c>.cache/tools</c> first and on the PATH then.</summary>
public static class Tool
{
    /// <summary>The program's path; skips the test with a reason where it is absent.</summary>
    public static string Find(string name)
    {
        var folders = new[] { Repository.At(".cache", "tools") }.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'));
        var found = folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{name} is not installed; ./test.sh installs it.");
        return found!;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string path, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
