using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Testing.Files;
using Portal.Testing.Schemas;

namespace Portal.Integration.Tests.Identities;

/// <summary>The chart's roles say what the code does, and nothing that would give more away.</summary>
public class ChartRolesTests
{
    /// <summary>Each role of the chart and the needs that it stands for.</summary>
    public static TheoryData<string> Roles => ["web", "workload-reader", "reconciler", "workload-manager"];

    [Theory, MemberData(nameof(Roles))]
    public async Task Role_OfTheChart_IsWhatItsPartNeeds(string role)
    {
        var needs = role switch
        {
            "web" => ClusterNeeds.Web,
            "workload-reader" => ClusterNeeds.WebInProjects,
            "reconciler" => ClusterNeeds.Reconciler,
            _ => ClusterNeeds.ReconcilerInProjects,
        };

        var granted = ChartRules.Of(await RoleAsync(role)).Where(r => r.Verb != "bind").Select(r => r.ToString()).Order().ToList();

        Assert.Equal(needs.SelectMany(n => n.Rights).Select(r => r.ToString()).Distinct().Order(), granted);
    }

    [Fact]
    public async Task Role_OnAFurtherCluster_IsWhatIsAskedForThereAndWhatPagesAskBesides()
    {
        var kinds = ClusterNeeds.Web.Concat(ClusterNeeds.Reconciler).Concat(ClusterNeeds.ReconcilerInProjects).Append(ClusterNeeds.Passage).Select(n => n.Type);
        var everything = new ClusterCapabilities("v1.34.0", [.. kinds.Distinct()], IsEmbedded: false);
        var asked = ClusterNeeds.For(everything, [], outside: true).Concat(ClusterNeeds.Web.SelectMany(n => n.Rights));

        var granted = ChartRules.Of(await RoleAsync("registered")).Select(r => r.ToString()).Order();

        Assert.Equal(asked.Select(r => r.ToString()).Distinct().Order(), granted);
    }

    [Fact]
    public async Task Roles_OfTheChart_HaveNoWildcardAndNoRightOverRights()
    {
        foreach (var role in Roles.Select(r => r.Data).Append("registered"))
        {
            var rights = ChartRules.Of(await RoleAsync(role)).ToList();
            Assert.All(rights, r => Assert.DoesNotContain("*", r.ToString(), StringComparison.Ordinal));
            Assert.DoesNotContain(rights, r => r.Verb is "escalate" or "impersonate" or "deletecollection" || (r.Verb == "update" && r.Subresource != "proxy"));
            Assert.DoesNotContain(rights, r => r is { Resource: "secrets", Verb: "get" or "list" or "watch" });
            Assert.DoesNotContain(rights, r => r.Resource == "pods" && r.Subresource.Length == 0 && r.Verb is not ("list" or "watch"));
            Assert.All(rights.Where(r => r.Verb == "bind"), r => Assert.NotEmpty(r.Name));
        }
        var web = ChartRules.Of(await RoleAsync("web")).Concat(ChartRules.Of(await RoleAsync("workload-reader")));
        Assert.All(web, r => Assert.Contains(r.Verb, new[] { "get", "list", "watch" }));
    }

    private static async Task<System.Text.Json.Nodes.JsonObject> RoleAsync(string role)
    {
        var (code, output, error) = await Tool.RunAsync(
            Tool.Find("helm"), "template", "portal", Repository.At("helm", "portal"), "--namespace", ChartStage.Release,
            "--set", $"registered.enabled={(role == "registered" ? "true" : "false")}");
        Assert.True(code == 0, error);
        return YamlDocuments.Read(output).Single(o => o.Text("kind") == "ClusterRole" && o.Name() == ChartStage.RolePrefix + role);
    }
}
