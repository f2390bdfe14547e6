using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Testing.Schemas;

/// <summary>
/// Pod Security "restricted", field by field as the Pod Security Standards list them (the baseline controls are part of it), and two
/// rules of the portal's own: no token for the cluster, and limits on every container. Knows nothing of how the portal builds pods.
/// </summary>
public static class PodSecurity
{
    private static readonly string[] Volumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] Sysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
    ];

    /// <summary>What of a pod's spec is not allowed, as <c>field: problem</c>; empty when it is admitted.</summary>
    public static IReadOnlyList<string> Problems(JsonObject spec)
    {
        var problems = new List<string>();
        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(f => Flag(spec[f]) == true))
            problems.Add($"{field}: shares the host's");
        foreach (var volume in KindRules.Items(spec, "volumes"))
        {
            foreach (var (source, _) in volume.Where(s => s.Key != "name" && !Volumes.Contains(s.Key)))
                problems.Add($"volumes[{volume["name"]}]: {source} is no allowed volume");
        }
        if (Flag(spec["automountServiceAccountToken"]) != false)
            problems.Add("automountServiceAccountToken: must be false");
        if (KindRules.Text(spec, "serviceAccountName") is "" or "default")
            problems.Add("serviceAccountName: must be an account of its own");
        var pod = spec["securityContext"] as JsonObject;
        CheckShared("securityContext", pod, problems);
        foreach (var sysctl in KindRules.Items(pod, "sysctls").Where(s => !Sysctls.Contains(KindRules.Text(s, "name"))))
            problems.Add($"securityContext.sysctls: {sysctl["name"]} is not safe");
        if (Number(pod?["fsGroup"]) == 0)
            problems.Add("securityContext.fsGroup: is root's");
        foreach (var container in PodTemplates.Containers(spec))
            CheckContainer(container, pod, problems);
        return problems;
    }

    private static void CheckContainer(JsonObject container, JsonObject? pod, List<string> problems)
    {
        var at = $"containers[{container["name"]}]";
        var own = container["securityContext"] as JsonObject;
        CheckShared($"{at}.securityContext", own, problems);
        if (Flag(own?["privileged"]) == true)
            problems.Add($"{at}.securityContext.privileged: must not be set");
        if (Flag(own?["allowPrivilegeEscalation"]) != false)
            problems.Add($"{at}.securityContext.allowPrivilegeEscalation: must be false");
        if (!(KindRules.At(own, "capabilities", "drop") as JsonArray ?? []).Any(c => c?.ToString() == "ALL"))
            problems.Add($"{at}.securityContext.capabilities.drop: must name ALL");
        if ((KindRules.At(own, "capabilities", "add") as JsonArray ?? []).Any(c => c?.ToString() != "NET_BIND_SERVICE"))
            problems.Add($"{at}.securityContext.capabilities.add: only NET_BIND_SERVICE");
        if (KindRules.Text(own, "procMount") is not ("" or "Default"))
            problems.Add($"{at}.securityContext.procMount: must be Default");
        // The container's own word goes before the pod's.
        if ((Flag(own?["runAsNonRoot"]) ?? Flag(pod?["runAsNonRoot"])) != true)
            problems.Add($"{at}.securityContext.runAsNonRoot: must be true");
        var profile = KindRules.Text(own, "seccompProfile", "type") is { Length: > 0 } type ? type : KindRules.Text(pod, "seccompProfile", "type");
        if (profile is not ("RuntimeDefault" or "Localhost"))
            problems.Add($"{at}.securityContext.seccompProfile.type: must be RuntimeDefault or Localhost");
        foreach (var port in KindRules.Items(container, "ports").Where(p => Number(p["hostPort"]) is not (null or 0)))
            problems.Add($"{at}.ports: {port["hostPort"]} is a port of the host");
        foreach (var resource in new[] { "cpu", "memory" }.Where(r => KindRules.At(container, "resources", "limits", r) is null))
            problems.Add($"{at}.resources.limits.{resource}: is required");
    }

    // Rules that hold for a pod's context as for a container's.
    private static void CheckShared(string at, JsonObject? context, List<string> problems)
    {
        if (Number(context?["runAsUser"]) == 0)
            problems.Add($"{at}.runAsUser: is root");
        if (Flag(context?["runAsNonRoot"]) == false)
            problems.Add($"{at}.runAsNonRoot: must not be false");
        if (KindRules.Text(context, "seccompProfile", "type") is not ("" or "RuntimeDefault" or "Localhost"))
            problems.Add($"{at}.seccompProfile.type: must be RuntimeDefault or Localhost");
        if (KindRules.Text(context, "appArmorProfile", "type") is not ("" or "RuntimeDefault" or "Localhost"))
            problems.Add($"{at}.appArmorProfile.type: must be RuntimeDefault or Localhost");
        if (Flag(KindRules.At(context, "windowsOptions", "hostProcess")) == true)
            problems.Add($"{at}.windowsOptions.hostProcess: must not be set");
        if (KindRules.Text(context, "seLinuxOptions", "type") is not ("" or "container_t" or "container_init_t" or "container_kvm_t" or "container_engine_t"))
            problems.Add($"{at}.seLinuxOptions.type: is not allowed");
        if (KindRules.Text(context, "seLinuxOptions", "user").Length + KindRules.Text(context, "seLinuxOptions", "role").Length > 0)
            problems.Add($"{at}.seLinuxOptions: user and role must not be set");
    }

    private static bool? Flag(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    private static long? Number(JsonNode? node) =>
        node is not null && long.TryParse(node.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
