using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Access;

public sealed class AccessTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task ServiceAccount_WithARole_MayDoThatAndNothingElse()
    {
        var ns = await api.NamespaceAsync();
        await api.ExpectAsync(201, "POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"reader"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list"]}]}
            """);
        await api.ExpectAsync(201, "POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"reader"},"roleRef":{"kind":"Role","name":"reader"},
            "subjects":[{"kind":"ServiceAccount","name":"default","namespace":"{{ns}}"}] }
            """);
        var made = await api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/{ns}/serviceaccounts/default/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}""");
        using var client = ApiFixture.ClientFor(Path.GetDirectoryName(api.Cluster.KubeconfigPath)!, api.Cluster.Address, made.Text("status", "token"));

        Assert.Equal(200, await CodeAsync(client, $"/api/v1/namespaces/{ns}/configmaps"));
        Assert.Equal(403, await CodeAsync(client, $"/api/v1/namespaces/{ns}/secrets"));
        Assert.Equal(403, await CodeAsync(client, "/api/v1/nodes"));
        Assert.Equal(403, await CodeAsync(client, $"/api/v1/namespaces/{ns}/configmaps/x"));
        // What is not served is nobody's business either who may not ask for it.
        Assert.Equal(403, await CodeAsync(client, $"/api/v1/namespaces/{ns}/unknown"));
        Assert.Equal(403, await CodeAsync(client, "/apis/certificates.k8s.io/v1/certificatesigningrequests/x"));
        await api.ExpectAsync(404, "GET", "/apis/certificates.k8s.io/v1/certificatesigningrequests/x");

        await api.ExpectAsync(200, "DELETE", $"/api/v1/namespaces/{ns}/serviceaccounts/default");
        Assert.Equal(401, await CodeAsync(client, $"/api/v1/namespaces/{ns}/configmaps"));
    }

    [Fact]
    public async Task List_OfOneName_IsARightToThatObject()
    {
        var ns = await api.NamespaceAsync();
        await api.ExpectAsync(201, "POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"one"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"],"verbs":["list","watch"]}]}
            """);
        await api.ExpectAsync(201, "POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"one"},"roleRef":{"kind":"Role","name":"one"},
            "subjects":[{"kind":"ServiceAccount","name":"default","namespace":"{{ns}}"}] }
            """);
        var made = await api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/{ns}/serviceaccounts/default/token", """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}""");
        using var client = ApiFixture.ClientFor(Path.GetDirectoryName(api.Cluster.KubeconfigPath)!, api.Cluster.Address, made.Text("status", "token"));
        var maps = $"/api/v1/namespaces/{ns}/configmaps";

        Assert.Equal(200, await CodeAsync(client, $"{maps}?fieldSelector=metadata.name%3Dmine"));
        Assert.Equal(200, await CodeAsync(client, $"{maps}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D%3Dmine"));
        Assert.Equal(403, await CodeAsync(client, $"{maps}?fieldSelector=metadata.name%3Dother"));
        Assert.Equal(403, await CodeAsync(client, $"{maps}?fieldSelector=metadata.name!%3Dmine"));
        Assert.Equal(403, await CodeAsync(client, maps));
    }

    [Fact]
    public async Task Client_OfThePackage_WorksByTheKubeconfig()
    {
        using var client = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(api.Cluster.KubeconfigPath));
        var namespaces = await k8s.CoreV1OperationsExtensions.ListNamespaceAsync(client.CoreV1);
        Assert.Contains(namespaces.Items, item => item.Metadata.Name == "default");
        var version = await k8s.VersionOperationsExtensions.GetCodeAsync(client.Version);
        Assert.Equal("36", version.Minor);
    }

    [Fact]
    public async Task Review_OfTheAdministrator_AllowsEverything()
    {
        var review = await api.ExpectAsync(201, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """
            {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"create","group":"batch","resource":"jobs","namespace":"x"}}}
            """);
        Assert.True(review.Flag("status", "allowed"));
    }

    private static async Task<int> CodeAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)answer.StatusCode;
    }
}
