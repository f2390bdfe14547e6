using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Infrastructure.Kubernetes;
using Portal.Testing.Schemas;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>An account in the namespace of a world, that may read what a test says of the core group.</summary>
internal sealed class ReaderAccount : IDisposable
{
    private const string Group = "rbac.authorization.k8s.io";

    private readonly ClusterWorld _world;
    private readonly string _folder = Directory.CreateTempSubdirectory("portal-reader-").FullName;

    private ReaderAccount(ClusterWorld world) => _world = world;

    /// <summary>A kubeconfig file with its token.</summary>
    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    /// <param name="kubeconfig">Of an administrator of the cluster.</param>
    public static async Task<ReaderAccount> CreateAsync(ClusterWorld world, string kubeconfig)
    {
        await world.Client.ApplyAsync(Manifest.Create(Kinds.ServiceAccount, world.Namespace, "reader", world.Owner), default);
        var response = await world.Connection.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{world.Namespace}/serviceaccounts/reader/token", default,
            () => new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""", Encoding.UTF8, "application/json"));
        var config = YamlDocuments.Read(await File.ReadAllTextAsync(kubeconfig))[0];
        config["users"]![0]!["user"]!["token"] = (await world.Connection.ReadAsync(response, default)).Text("status", "token");
        var account = new ReaderAccount(world);
        await File.WriteAllTextAsync(account.Kubeconfig, config.ToJsonString());
        return account;
    }

    /// <summary>From now on it may read these in every namespace, and nothing else.</summary>
    public async Task MayReadAsync(params string[] resources)
    {
        var name = "reader-" + _world.Namespace;
        await _world.Client.ApplyAsync(Manifest.Create(new ResourceType(Group, "v1", "clusterroles", "ClusterRole", false), null, name, _world.Owner)
            .With("rules", new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray(""),
                ["resources"] = new JsonArray([.. resources.Select(r => (JsonNode)r)]),
                ["verbs"] = new JsonArray("get", "list", "watch"),
            })), default);
        await _world.Client.ApplyAsync(Manifest.Create(new ResourceType(Group, "v1", "clusterrolebindings", "ClusterRoleBinding", false), null, name, _world.Owner)
            .With("roleRef", new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = name })
            .With("subjects", new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = "reader", ["namespace"] = _world.Namespace })), default);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
