using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Storage;

public sealed class RestartTests : IDisposable
{
    private const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"},"data":{"a":"1"} }""";

    private readonly string _directory = Directory.CreateTempSubdirectory("local-restart-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Restart_OfACluster_KeepsAddressObjectsTokenAndRisingVersions()
    {
        string token;
        Uri address;
        long version;
        await using (var first = await StartAsync())
        {
            using var client = ApiFixture.ClientFor(_directory, address = first.Address, token = first.Token);
            version = Version(await PostAsync(client, "/api/v1/namespaces/default/configmaps", Map));
            await client.DeleteAsync(new Uri("/api/v1/namespaces/kube-public", UriKind.Relative));
        }
        await using var second = await StartAsync();
        Assert.Equal(address, second.Address);
        using var again = ApiFixture.ClientFor(_directory, second.Address, token);
        var kept = JsonNode.Parse(await again.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps/kept", UriKind.Relative)))!.AsObject();
        Assert.Equal("1", kept.Text("data", "a"));
        Assert.Equal(version, Version(kept));
        var next = await PostAsync(again, "/api/v1/namespaces/default/configmaps", Map.Replace("kept", "next", StringComparison.Ordinal));
        Assert.True(Version(next) > version);
    }

    [Fact]
    public async Task Restart_AfterALineCutShort_KeepsEverythingBefore()
    {
        await using (var first = await StartAsync())
        {
            using var client = ApiFixture.ClientFor(_directory, first.Address, first.Token);
            await PostAsync(client, "/api/v1/namespaces/default/configmaps", Map);
        }
        await File.AppendAllTextAsync(Path.Combine(_directory, "objects.log"), "put 99999 configmaps {\"kind\":\"Conf");

        await using var second = await StartAsync();

        using var again = ApiFixture.ClientFor(_directory, second.Address, second.Token);
        await again.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps/kept", UriKind.Relative));
        Assert.True(Version(await PostAsync(again, "/api/v1/namespaces/default/configmaps", Map.Replace("kept", "next", StringComparison.Ordinal))) < 99999);
    }

    [Fact]
    public async Task Start_OnAFolderInUse_IsRefusedInASentence()
    {
        await using var first = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);
        Assert.Contains("Another embedded cluster uses the folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rewrite_OfALongLog_KeepsWhatIsPresentOnly()
    {
        var filler = new string('x', 200_000);
        await using (var first = await StartAsync())
        {
            using var client = ApiFixture.ClientFor(_directory, first.Address, first.Token);
            for (var i = 0; i < 60; i++)
            {
                await PostAsync(client, "/api/v1/namespaces/default/configmaps", Map.Replace("\"1\"", $"\"{filler}\"", StringComparison.Ordinal));
                await client.DeleteAsync(new Uri("/api/v1/namespaces/default/configmaps/kept", UriKind.Relative));
            }
            await PostAsync(client, "/api/v1/namespaces/default/configmaps", Map);
        }
        Assert.True(new FileInfo(Path.Combine(_directory, "objects.log")).Length < 60L * filler.Length);
        await using var second = await StartAsync();
        using var again = ApiFixture.ClientFor(_directory, second.Address, second.Token);
        await again.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps/kept", UriKind.Relative));
        await again.GetStringAsync(new Uri("/apis/kueue.x-k8s.io/v1beta2/clusterqueues", UriKind.Relative));
    }

    [Fact]
    public async Task Files_WithSecrets_AreTheirOwnersAlone()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no file modes.");
        await using var cluster = await StartAsync();
        foreach (var name in (string[])["kubeconfig", "token", "tls.pem", "objects.log"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(Path.Combine(_directory, name)));
    }

    [Theory]
    [InlineData("0.0.0.0", "Development", "loopback")]
    [InlineData("127.0.0.1", "Production", "Production")]
    public async Task Start_WhereItIsNotFor_IsRefusedInASentence(string address, string environment, string word)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => LocalCluster.StartAsync(
            new LocalClusterOptions { DataDirectory = _directory, Address = address, EnvironmentName = environment }, NullLoggerFactory.Instance, _ => { }));
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private Task<LocalCluster> StartAsync() =>
        LocalCluster.StartAsync(new LocalClusterOptions { DataDirectory = _directory }, NullLoggerFactory.Instance, _ => { });

    private static async Task<JsonObject> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.Equal(201, (int)answer.StatusCode);
        return (JsonObject)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static long Version(JsonObject tree) => long.Parse(tree.Text("metadata", "resourceVersion")!, System.Globalization.CultureInfo.InvariantCulture);
}
