using System.Diagnostics;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Kubectl;

/// <summary>Journeys with the real kubectl.</summary>
public sealed class KubectlTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - {name: c, image: "nginx:1", ports: [{containerPort: 80}], env: [{name: A, value: b}]}
        """;

    [Fact]
    public async Task Apply_FromClientThenServer_KeepsAndMergesTheObject()
    {
        var ns = await api.NamespaceAsync();
        Assert.Contains("created", await RunAsync(Deployment, "apply", "-n", ns, "-f", "-"), StringComparison.Ordinal);
        Assert.Contains("unchanged", await RunAsync(Deployment, "apply", "-n", ns, "-f", "-"), StringComparison.Ordinal);
        Assert.Contains("configured", await RunAsync(Deployment.Replace("nginx:1", "nginx:2", StringComparison.Ordinal), "apply", "-n", ns, "-f", "-"), StringComparison.Ordinal);
        foreach (var image in (string[])["nginx:2", "nginx:1"])
            Assert.Contains("serverside-applied", await RunAsync(Deployment.Replace("nginx:1", image, StringComparison.Ordinal), "apply", "-n", ns, "--server-side", "-f", "-"), StringComparison.Ordinal);

        Assert.Equal("nginx:1", await RunAsync(null, "get", "deploy/web", "-n", ns, "-o", "jsonpath={.spec.template.spec.containers[0].image}"));

        var refused = await RunAsync(
            Deployment.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal), expectedCode: 1, "apply", "-n", ns, "--server-side", "--field-manager=other", "-f", "-");
        Assert.Contains("conflict with \"kubectl\"", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_OfEveryDay_Work()
    {
        var ns = "k-" + Guid.NewGuid().ToString("N")[..8];
        await RunAsync(null, "create", "namespace", ns);
        await RunAsync(null, "create", "configmap", "c", "-n", ns, "--from-literal=a=b");
        await RunAsync(null, "create", "secret", "generic", "s", "-n", ns, "--from-literal=p=q");
        await RunAsync(Deployment, "create", "-n", ns, "-f", "-");
        await RunAsync(null, "label", "cm/c", "-n", ns, "x=y");
        await RunAsync(null, "annotate", "cm/c", "-n", ns, "d=e");
        await RunAsync(null, "patch", "deploy/web", "-n", ns, "-p", """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nginx:3"}]}}}}""");
        await RunAsync(null, "scale", "deploy/web", "-n", ns, "--replicas=0");
        await RunAsync(null, "set", "env", "deploy/web", "-n", ns, "B=c");

        Assert.Matches("web +0/0", await RunAsync(null, "get", "deploy", "-n", ns));
        Assert.Contains("nginx:3", await RunAsync(null, "describe", "deploy/web", "-n", ns), StringComparison.Ordinal);
        Assert.Equal("q", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(await RunAsync(null, "get", "secret/s", "-n", ns, "-o", "jsonpath={.data.p}"))));
        Assert.Contains("clusterqueues", await RunAsync(null, "api-resources"), StringComparison.Ordinal);
        Assert.Contains("image", await RunAsync(null, "explain", "pod.spec.containers"), StringComparison.Ordinal);
        Assert.StartsWith("yes", await RunAsync(null, "auth", "can-i", "create", "pods", "-n", ns), StringComparison.Ordinal);
        Assert.NotEmpty(await RunAsync(null, "create", "token", "default", "-n", ns));

        await RunAsync(null, "delete", "namespace", ns, "--timeout=60s");
        Assert.Contains("NotFound", await RunAsync(null, expectedCode: 1, "get", "namespace", ns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfAnUnknownField_IsRefusedByName()
    {
        var ns = await api.NamespaceAsync();
        var refused = await RunAsync(Deployment.Replace("replicas: 2", "replicaz: 2", StringComparison.Ordinal), expectedCode: 1, "apply", "-n", ns, "-f", "-");
        Assert.Contains("unknown field \"spec.replicaz\"", refused, StringComparison.Ordinal);
    }

    private Task<string> RunAsync(string? input, params string[] arguments) => RunAsync(input, expectedCode: 0, arguments);

    private async Task<string> RunAsync(string? input, int expectedCode, params string[] arguments)
    {
        var kubectl = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);
        if (kubectl is null) Assert.Skip("kubectl is not installed.");
        var start = new ProcessStartInfo(kubectl!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = api.Cluster.KubeconfigPath;
        start.Environment["HOME"] = Path.GetDirectoryName(api.Cluster.KubeconfigPath);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var said = await output + await errors;
        Assert.True(process.ExitCode == expectedCode, $"kubectl {string.Join(' ', arguments)}: {process.ExitCode}\n{said}");
        return expectedCode == 0 ? await output : said;
    }
}
