using Portal.Testing.Files;

namespace Portal.Integration.Tests.Install;

/// <summary>What run.sh says before it installs, builds or starts anything.</summary>
public class RunScriptTests
{
    [Theory]
    [InlineData("--port takes a number from 1 to 65535, not 'abc'.", "--port", "abc")]
    [InlineData("--port takes a number from 1 to 65535, not '0'.", "--port", "0")]
    [InlineData("--port takes a number from 1 to 65535, not '65536'.", "--port", "65536")]
    [InlineData("--port needs a value.", "--port")]
    [InlineData("--postgres needs a value.", "--no-sample", "--postgres")]
    [InlineData("The kubeconfig '/nowhere/config' cannot be read.", "--kubeconfig", "/nowhere/config")]
    [InlineData("Unknown option: --prot", "--prot", "8081")]
    public async Task Run_WithABadArgument_SaysWhichAndStartsNothing(string sentence, params string[] arguments)
    {
        var (code, _, error) = await Tool.RunAsync("/bin/bash", [Repository.At("run.sh"), .. arguments]);

        Assert.Equal(2, code);
        Assert.StartsWith(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AskedForHelp_NamesEveryOption()
    {
        var (code, output, _) = await Tool.RunAsync("/bin/bash", Repository.At("run.sh"), "--help");

        Assert.Equal(0, code);
        Assert.All(["--port", "--kubeconfig", "--postgres", "--no-sample", "--reset"], option => Assert.Contains(option, output, StringComparison.Ordinal));
    }
}
