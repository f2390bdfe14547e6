using System.Text.Json.Nodes;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Admission;

/// <summary>The Pod Security Standards, and the labels by which a namespace asks for them.</summary>
public sealed class PodSecurityTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Sound = """
        {"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"x:1",
        "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],"volumes":[{"name":"v","emptyDir":{}}]}
        """;

    private const string Bare = """{"containers":[{"name":"c","image":"x:1"}]}""";

    private const string BareSaid = "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), "
        + "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), "
        + "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), "
        + "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";

    /// <summary>What is laid over a sound pod, and what each standard says of it; null where it says nothing.</summary>
    [Theory]
    [InlineData("""{"hostNetwork":true,"hostPID":true}""", "host namespaces (hostNetwork=true, hostPID=true)", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("""{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}""", "hostPath volumes (volume \"v\")", "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")")]
    [InlineData("""{"volumes":[{"name":"v","nfs":{"server":"s","path":"/"}}]}""", null, "restricted volume types (volume \"v\" uses restricted volume type \"nfs\")")]
    [InlineData("""{"container":{"ports":[{"hostPort":80}]}}""", "hostPort (container \"c\" uses hostPort 80)", "hostPort (container \"c\" uses hostPort 80)")]
    [InlineData("""{"container":{"livenessProbe":{"httpGet":{"host":"h"}}}}""", "probe or lifecycle host (container \"c\" uses probe or lifecycle host \"h\")", "probe or lifecycle host (container \"c\" uses probe or lifecycle host \"h\")")]
    [InlineData("""{"context":{"privileged":true}}""", "privileged (container \"c\" must not set securityContext.privileged=true)", "privileged (container \"c\" must not set securityContext.privileged=true)")]
    [InlineData("""{"context":{"procMount":"Unmasked"}}""", "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")", "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("""{"context":{"seLinuxOptions":{"type":"x","user":"u"}}}""", "seLinuxOptions (container \"c\" set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set)", "seLinuxOptions (container \"c\" set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set)")]
    [InlineData("""{"securityContext":{"sysctls":[{"name":"kernel.msgmax"}]}}""", "forbidden sysctl (kernel.msgmax)", "forbidden sysctl (kernel.msgmax)")]
    [InlineData("""{"securityContext":{"windowsOptions":{"hostProcess":true}}}""", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("""{"securityContext":{"appArmorProfile":{"type":"Unconfined"}}}""", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("""{"context":{"capabilities":{"drop":["ALL"],"add":["NET_RAW"]}}}""", "non-default capabilities (container \"c\" must not include \"NET_RAW\" in securityContext.capabilities.add)", "unrestricted capabilities (container \"c\" must not include \"NET_RAW\" in securityContext.capabilities.add)")]
    [InlineData("""{"context":{"capabilities":{"drop":["ALL"],"add":["CHOWN"]}}}""", null, "unrestricted capabilities (container \"c\" must not include \"CHOWN\" in securityContext.capabilities.add)")]
    [InlineData("""{"context":{"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}}}""", null, null)]
    [InlineData("""{"context":{"seccompProfile":{"type":"Unconfined"}}}""", "seccompProfile (container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")", "seccompProfile (container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("""{"context":{"runAsUser":0}}""", null, "runAsUser=0 (container \"c\" must not set runAsUser=0)")]
    [InlineData("""{"context":{"runAsNonRoot":false}}""", null, "runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false)")]
    [InlineData("""{"context":{"allowPrivilegeEscalation":true}}""", null, "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)")]
    [InlineData("""{"initContainers":[{"name":"i","securityContext":{"allowPrivilegeEscalation":false}}]}""", null, "unrestricted capabilities (container \"i\" must set securityContext.capabilities.drop=[\"ALL\"])")]
    [InlineData("{}", null, null)]
    public void Standard_NamesTheFieldThatBreaksIt(string change, string? baseline, string? restricted)
    {
        var pod = new JsonObject { ["spec"] = JsonNode.Parse(Sound) };
        var container = (JsonObject)pod.Items("spec", "containers")![0]!;
        foreach (var (key, value) in (JsonObject)JsonNode.Parse(change)!)
        {
            if (value is not JsonObject fields)
            {
                pod.Ensure("spec")[key] = value?.DeepClone();
                continue;
            }
            var target = key switch { "container" => container, "context" => container.Ensure("securityContext"), _ => pod.Ensure("spec", key) };
            foreach (var (field, laid) in fields) target[field] = laid?.DeepClone();
        }

        Assert.Equal(baseline, Said("baseline", pod));
        Assert.Equal(restricted, Said("restricted", pod));
    }

    [Fact]
    public void Restricted_OfABarePod_NamesAllThatIsMissing()
    {
        var pod = new JsonObject { ["spec"] = JsonNode.Parse(Bare) };
        Assert.Null(Said("baseline", pod));
        Assert.Equal(BareSaid, Said("restricted", pod));
    }

    [Fact]
    public async Task Enforce_RefusesPodsAndWarn_SpeaksOfTemplates()
    {
        var ns = await NamespaceAsync("""{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/warn":"restricted"}""");

        var refused = await api.ExpectAsync(403, "POST", $"/api/v1/namespaces/{ns}/pods", Pod(Bare));
        Assert.Equal($"pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": {BareSaid}", refused.Text("message"));
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/pods", Pod(Sound));

        var job = $$$"""{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never",{{{Bare[1..]}}} } } }""";
        var (code, _, headers) = await api.SendAsync("POST", $"/apis/batch/v1/namespaces/{ns}/jobs", job);
        Assert.Equal(201, (int)code);
        Assert.Contains("would violate PodSecurity \\\"restricted:latest\\\": allowPrivilegeEscalation", Assert.Single(headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_ThatWasLetInBefore_MayBeLabelledButGetsNoBadImage()
    {
        var ns = await NamespaceAsync("{}");
        var path = $"/api/v1/namespaces/{ns}/pods/p";
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/pods", Pod(Bare));

        var (_, _, headers) = await api.SendAsync("PATCH", $"/api/v1/namespaces/{ns}", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""", "application/merge-patch+json");

        Assert.Contains(headers.GetValues("Warning"), said => said.Contains("violate the new PodSecurity enforce level", StringComparison.Ordinal));
        await api.ExpectAsync(200, "PATCH", path, """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json");
        await api.ExpectAsync(403, "PATCH", path, """[{"op":"replace","path":"/spec/containers/0/image","value":"y:1"}]""", "application/json-patch+json");
    }

    [Theory]
    [InlineData("enforce", "strict", "must be one of privileged, baseline, restricted")]
    [InlineData("warn-version", "1.30", "must be \"latest\" or \"v1.x\"")]
    public async Task Namespace_WithALabelThatIsNone_IsInvalid(string label, string value, string why)
    {
        var refused = await api.ExpectAsync(422, "POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"t-odd","labels":{"pod-security.kubernetes.io/{{label}}":"{{value}}"} } }""");
        Assert.Equal($"Namespace \"t-odd\" is invalid: metadata.labels[pod-security.kubernetes.io/{label}]: Invalid value: \"{value}\": {why}", refused.Text("message"));
    }

    private static string? Said(string level, JsonObject pod) =>
        PodStandards.Violations(level, pod) is { Count: > 0 } found ? string.Join(", ", found.Select(violation => $"{violation.Reason} ({violation.Detail})")) : null;

    private static string Pod(string spec) => $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{{spec}} }""";

    private async Task<string> NamespaceAsync(string labels)
    {
        var name = "t-" + Guid.NewGuid().ToString("N")[..10];
        await api.ExpectAsync(201, "POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} } }""");
        return name;
    }
}
