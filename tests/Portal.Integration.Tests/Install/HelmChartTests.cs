using Portal.Testing.Files;
using Portal.Testing.Schemas;

namespace Portal.Integration.Tests.Install;

/// <summary>The chart as helm sees it, against its golden render and the published schemas.</summary>
public class HelmChartTests
{
    private static readonly string Chart = Repository.At("helm", "portal");

    /// <summary>Each case is a file of golden renders and the settings it was rendered with.</summary>
    public static TheoryData<string, string[]> Renders => new()
    {
        { "default", [] },
        { "ingress", ["--set", "ingress.enabled=true,ingress.className=nginx,ingress.tlsSecretName=portal-tls,replicas=2,metrics.podMonitor=true"] },
    };

    [Fact]
    public async Task Chart_Lint_IsClean()
    {
        var (code, output, error) = await Tool.RunAsync(Tool.Find("helm"), "lint", "--strict", Chart);

        Assert.True(code == 0, output + error);
    }

    [Theory, MemberData(nameof(Renders))]
    public async Task Chart_Render_EqualsGolden(string name, string[] settings)
    {
        var render = await RenderAsync(settings);
        var golden = Path.Combine(Chart, "golden", name + ".yaml");

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, render, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), render);
    }

    [Theory, MemberData(nameof(Renders))]
    public async Task Chart_Render_IsValidAgainstPublishedSchemas(string name, string[] settings)
    {
        var objects = YamlDocuments.Read(await RenderAsync(settings)).ToList();

        Assert.True(objects.Count > 5, name);
        Assert.All(objects, o => KubernetesSchemas.AssertValid(o));
    }

    [Theory]
    [InlineData("replicas=0")]
    [InlineData("image.digest=latest")]
    [InlineData("database.secretName=")]
    [InlineData("reconciler.replicas=0")]
    [InlineData("fence.enabled=maybe")]
    [InlineData("unknown=1")]
    public async Task Chart_BadValue_IsRefused(string setting)
    {
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), "template", "portal", Chart, "--set", setting);

        Assert.NotEqual(0, code);
        Assert.Contains(setting.Split('=')[0].Split('.')[^1], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chart_OnAServerWithoutPolicies_IsRefusedUntilTheFenceIsTakenOut()
    {
        string[] old = ["template", "portal", Chart, "--kube-version", "1.29"];
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), old);
        var (without, render, _) = await Tool.RunAsync(Tool.Find("helm"), [.. old, "--set", "fence.enabled=false"]);

        Assert.NotEqual(0, code);
        Assert.Contains("fence.enabled=false", error, StringComparison.Ordinal);
        Assert.Equal(0, without);
        Assert.DoesNotContain("ValidatingAdmissionPolicy", render, StringComparison.Ordinal);
    }

    private static async Task<string> RenderAsync(string[] settings)
    {
        var (code, output, error) = await Tool.RunAsync(
            Tool.Find("helm"), ["template", "portal", Chart, "--namespace", "mlops", .. settings]);
        Assert.True(code == 0, error);
        return output;
    }
}
