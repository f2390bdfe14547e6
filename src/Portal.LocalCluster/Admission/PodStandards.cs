using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Admission;

/// <summary>
/// The Pod Security Standards "baseline" and "restricted", field by field, in the order and the words of upstream's
/// pod-security-admission. Pure.
/// </summary>
internal static class PodStandards
{
    private static readonly HashSet<string> UsualCapabilities = new(StringComparer.Ordinal)
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    };

    private static readonly HashSet<string> SafeSysctls = new(StringComparer.Ordinal)
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    };

    private static readonly HashSet<string> SeLinuxTypes = new(StringComparer.Ordinal) { "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t" };

    private static readonly HashSet<string> RestrictedVolumes =
        new(StringComparer.Ordinal) { "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret" };

    private static readonly Func<Pod, Violation?>[] Shared = [AppArmor, HostNamespaces, HostPorts, Hosts, Privileged, ProcMount, SeLinux, Sysctls, HostProcess];
    private static readonly Func<Pod, Violation?>[] Baseline = [AppArmor, BaselineCapabilities, HostNamespaces, HostPaths, HostPorts, Hosts, Privileged, ProcMount, SeLinux, BaselineSeccomp, Sysctls, HostProcess];
    private static readonly Func<Pod, Violation?>[] Restricted = [.. Shared, PrivilegeEscalation, RestrictedCapabilities, VolumeTypes, NonRoot, RootUser, RestrictedSeccomp];

    /// <param name="level">baseline or restricted; restricted replaces the checks of baseline that it sharpens.</param>
    /// <param name="pod">A pod or a template of one.</param>
    public static IReadOnlyList<Violation> Violations(string level, JsonObject pod)
    {
        var read = Pod.From(pod);
        return [.. (level == "baseline" ? Baseline : Restricted).Select(check => check(read)).OfType<Violation>()];
    }

    /// <summary>In words: <c>privileged</c>, and which container must not set what.</summary>
    internal sealed record Violation(string Reason, string Detail);

    private static Violation? AppArmor(Pod pod)
    {
        const string prefix = "container.apparmor.security.beta.kubernetes.io/";
        static bool IsBad(string? type) => type is not (null or "RuntimeDefault" or "Localhost");
        List<string> annotations = [.. from annotation in pod.Annotations
                                       where annotation.Key.StartsWith(prefix, StringComparison.Ordinal) && annotation.Value.AsText() is { Length: > 0 } profile
                                           && profile != "runtime/default" && !profile.StartsWith("localhost/", StringComparison.Ordinal)
                                       select $"{annotation.Key}=\"{annotation.Value.AsText()}\""];
        List<string> setters = [];
        if (pod.Setters(security => IsBad(security.Text("appArmorProfile", "type"))) is { } fields) setters.Add(fields);
        if (annotations.Count > 0) setters.Add(Plural("annotation", annotations.Count));
        if (setters.Count == 0) return null;
        var values = Distinct(pod.Values(security => security.Text("appArmorProfile", "type")).Where(IsBad).Concat(annotations));
        return new Violation(Plural("forbidden AppArmor profile", values.Count), $"{string.Join(" and ", setters)} must not set AppArmor profile type to {Quoted(values)}");
    }

    private static Violation? BaselineCapabilities(Pod pod)
    {
        static IEnumerable<string> Unusual(JsonObject container) => Texts(container.Items("securityContext", "capabilities", "add")).Where(one => !UsualCapabilities.Contains(one));
        return pod.With(container => Unusual(container).Any()) is { Count: > 0 } found
            ? new Violation("non-default capabilities", $"{Named("container", found)} must not include {Quoted(found.SelectMany(Unusual))} in securityContext.capabilities.add")
            : null;
    }

    private static Violation? HostNamespaces(Pod pod)
    {
        string[] found = [.. new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(field => pod.Spec.Flag(field) == true)];
        return found.Length == 0 ? null : new Violation("host namespaces", string.Join(", ", found.Select(field => field + "=true")));
    }

    private static Violation? HostPaths(Pod pod)
    {
        List<JsonObject> found = [.. pod.Volumes.Where(volume => volume["hostPath"] is not null)];
        return found.Count == 0 ? null : new Violation("hostPath volumes", Named("volume", found));
    }

    private static Violation? HostPorts(Pod pod)
    {
        static IEnumerable<string> Ports(JsonObject container) => (container.Items("ports") ?? []).OfType<JsonObject>()
            .Select(port => port.Whole("hostPort") ?? 0).Where(port => port != 0).Select(port => port.ToString(CultureInfo.InvariantCulture));
        if (pod.With(container => Ports(container).Any()) is not { Count: > 0 } found) return null;
        var ports = Distinct(found.SelectMany(Ports));
        return new Violation("hostPort", $"{Named("container", found)} {Uses(found.Count)} {Plural("hostPort", ports.Count)} {string.Join(", ", ports)}");
    }

    private static Violation? Hosts(Pod pod)
    {
        static IEnumerable<string> Foreign(JsonObject container) =>
            from handler in new[] { container.Map("livenessProbe"), container.Map("readinessProbe"), container.Map("startupProbe"), container.Map("lifecycle", "postStart"), container.Map("lifecycle", "preStop") }
            from action in new[] { "httpGet", "tcpSocket" }
            let host = handler?.Text(action, "host")
            where !string.IsNullOrEmpty(host)
            select host;
        if (pod.With(container => Foreign(container).Any()) is not { Count: > 0 } found) return null;
        var hosts = Distinct(found.SelectMany(Foreign));
        return new Violation("probe or lifecycle host", $"{Named("container", found)} {Uses(found.Count)} {Plural("probe or lifecycle host", hosts.Count)} {Quoted(hosts)}");
    }

    private static Violation? Privileged(Pod pod) => pod.With(container => container.Flag("securityContext", "privileged") == true) is { Count: > 0 } found
        ? new Violation("privileged", $"{Named("container", found)} must not set securityContext.privileged=true")
        : null;

    private static Violation? ProcMount(Pod pod)
    {
        static string? Unusual(JsonObject container) => container.Text("securityContext", "procMount") is { } mount && mount != "Default" ? mount : null;
        return pod.With(container => Unusual(container) is not null) is { Count: > 0 } found
            ? new Violation("procMount", $"{Named("container", found)} must not set securityContext.procMount to {Quoted(found.Select(Unusual).OfType<string>())}")
            : null;
    }

    private static Violation? SeLinux(Pod pod)
    {
        static string Type(JsonObject security) => security.Text("seLinuxOptions", "type") ?? "";
        static bool Sets(JsonObject security, string field) => !string.IsNullOrEmpty(security.Text("seLinuxOptions", field));
        if (pod.Setters(security => !SeLinuxTypes.Contains(Type(security)) || Sets(security, "user") || Sets(security, "role")) is not { } setters) return null;
        var types = Distinct(pod.Values(Type).Where(type => !SeLinuxTypes.Contains(type)));
        List<string> said = [];
        if (types.Count > 0) said.Add($"{Plural("type", types.Count)} {Quoted(types)}");
        if (pod.Securities.Any(security => Sets(security, "user"))) said.Add("user may not be set");
        if (pod.Securities.Any(security => Sets(security, "role"))) said.Add("role may not be set");
        return new Violation("seLinuxOptions", $"{setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", said)}");
    }

    private static Violation? Sysctls(Pod pod)
    {
        List<string> found = [.. (pod.Security.Items("sysctls") ?? []).OfType<JsonObject>().Select(sysctl => sysctl.Text("name") ?? "").Where(name => !SafeSysctls.Contains(name))];
        return found.Count == 0 ? null : new Violation(Plural("forbidden sysctl", found.Count), string.Join(", ", found));
    }

    private static Violation? HostProcess(Pod pod) => pod.Setters(security => security.Flag("windowsOptions", "hostProcess") == true) is { } setters
        ? new Violation("hostProcess", $"{setters} must not set securityContext.windowsOptions.hostProcess=true")
        : null;

    private static Violation? BaselineSeccomp(Pod pod) => BadSeccomp(pod);

    private static Violation? PrivilegeEscalation(Pod pod) => !pod.Windows && pod.With(container => container.Flag("securityContext", "allowPrivilegeEscalation") != false) is { Count: > 0 } found
        ? new Violation("allowPrivilegeEscalation != false", $"{Named("container", found)} must set securityContext.allowPrivilegeEscalation=false")
        : null;

    private static Violation? RestrictedCapabilities(Pod pod)
    {
        static IEnumerable<string> More(JsonObject container) => Texts(container.Items("securityContext", "capabilities", "add")).Where(one => one != "NET_BIND_SERVICE");
        if (pod.Windows) return null;
        List<string> said = [];
        if (pod.With(container => !Texts(container.Items("securityContext", "capabilities", "drop")).Contains("ALL", StringComparer.Ordinal)) is { Count: > 0 } keeping)
            said.Add($"{Named("container", keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        if (pod.With(container => More(container).Any()) is { Count: > 0 } adding)
            said.Add($"{Named("container", adding)} must not include {Quoted(adding.SelectMany(More))} in securityContext.capabilities.add");
        return said.Count == 0 ? null : new Violation("unrestricted capabilities", string.Join("; ", said));
    }

    private static Violation? VolumeTypes(Pod pod)
    {
        static string? Forbidden(JsonObject volume) => volume.Select(pair => pair.Key).FirstOrDefault(key => key != "name" && !RestrictedVolumes.Contains(key));
        List<JsonObject> found = [.. pod.Volumes.Where(volume => Forbidden(volume) is not null)];
        if (found.Count == 0) return null;
        var types = Distinct(found.Select(Forbidden).OfType<string>());
        return new Violation("restricted volume types", $"{Named("volume", found)} {Uses(found.Count)} {Plural("restricted volume type", types.Count)} {Quoted(types)}");
    }

    private static Violation? NonRoot(Pod pod)
    {
        if (pod.Setters(security => security.Flag("runAsNonRoot") == false) is { } setters)
            return new Violation("runAsNonRoot != true", $"{setters} must not set securityContext.runAsNonRoot=false");
        if (pod.Security.Flag("runAsNonRoot") == true) return null;
        return pod.With(container => container.Flag("securityContext", "runAsNonRoot") is null) is { Count: > 0 } silent
            ? new Violation("runAsNonRoot != true", $"pod or {Named("container", silent)} must set securityContext.runAsNonRoot=true")
            : null;
    }

    private static Violation? RootUser(Pod pod) => pod.Setters(security => security.Whole("runAsUser") == 0) is { } setters
        ? new Violation("runAsUser=0", $"{setters} must not set runAsUser=0")
        : null;

    private static Violation? RestrictedSeccomp(Pod pod)
    {
        if (pod.Windows) return null;
        if (BadSeccomp(pod) is { } bad) return bad;
        if (pod.Security.Map("seccompProfile") is not null) return null;
        return pod.With(container => container.Map("securityContext", "seccompProfile") is null) is { Count: > 0 } silent
            ? new Violation("seccompProfile", $"pod or {Named("container", silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
            : null;
    }

    private static Violation? BadSeccomp(Pod pod)
    {
        static string? Bad(JsonObject security) => security.Map("seccompProfile") is { } profile && profile.Text("type") is not ("RuntimeDefault" or "Localhost") ? profile.Text("type") ?? "" : null;
        return pod.Setters(security => Bad(security) is not null) is { } setters
            ? new Violation("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Quoted(pod.Values(Bad))}")
            : null;
    }

    private static IEnumerable<string> Texts(JsonArray? list) => (list ?? []).Select(item => item.AsText()).OfType<string>();

    private static List<string> Distinct(IEnumerable<string> values) => [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Quoted(IEnumerable<string> values) => string.Join(", ", Distinct(values).Select(value => $"\"{value}\""));

    private static string Plural(string one, int count) => count == 1 ? one : one + "s";

    private static string Uses(int count) => count == 1 ? "uses" : "use";

    private static string Named(string what, List<JsonObject> items) => $"{Plural(what, items.Count)} {string.Join(", ", items.Select(item => $"\"{item.Text("name")}\""))}";

    /// <summary>A pod with what the checks go through.</summary>
    private sealed record Pod(JsonObject Spec, JsonObject Annotations, JsonObject Security, IReadOnlyList<JsonObject> Containers, IReadOnlyList<JsonObject> Volumes)
    {
        public bool Windows => Spec.Text("os", "name") == "windows";

        public IEnumerable<JsonObject> Securities => Containers.Select(container => container.Map("securityContext") ?? []).Prepend(Security);

        public static Pod From(JsonObject pod)
        {
            var spec = pod.Map("spec") ?? [];
            IEnumerable<JsonObject> Each(string list) => (spec.Items(list) ?? []).OfType<JsonObject>();
            return new Pod(
                spec, pod.Map("metadata", "annotations") ?? [], spec.Map("securityContext") ?? [],
                [.. Each("initContainers"), .. Each("containers"), .. Each("ephemeralContainers")], [.. Each("volumes")]);
        }

        public List<JsonObject> With(Func<JsonObject, bool> isMeant) => [.. Containers.Where(isMeant)];

        public IEnumerable<string> Values(Func<JsonObject, string?> read) => Securities.Select(read).OfType<string>();

        /// <summary>Who sets it in a security context: <c>pod and containers "a", "b"</c>; null for nobody.</summary>
        public string? Setters(Func<JsonObject, bool> isSet)
        {
            var containers = With(container => container.Map("securityContext") is { } security && isSet(security));
            return (isSet(Security), containers.Count > 0) switch
            {
                (true, true) => $"pod and {Named("container", containers)}",
                (true, false) => "pod",
                (false, true) => Named("container", containers),
                _ => null,
            };
        }
    }
}
