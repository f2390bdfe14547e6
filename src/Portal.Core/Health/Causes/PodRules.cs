using static Portal.Core.Health.Causes.EvidenceSource;
using static Portal.Core.Workloads.WorkloadState;

namespace Portal.Core.Health.Causes;

/// <summary>What kubelets say of containers and pods. The texts are those of kubelet, containerd and CRI-O.</summary>
internal static class PodRules
{
    private const string Pull = "ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed";
    private const string Create = "CreateContainerError|RunContainerError|StartError|ContainerCannotRun";

    public static readonly CauseRule[] All =
    [
        new(ContainerWaits, "InvalidImageName", "pod.image_name", Attention),
        new(ContainerWaits, "ErrImageNeverPull", "pod.image_missing", Attention),
        new(ContainerWaits, "RegistryUnavailable", "pod.registry_down", Attention),
        new(ContainerWaits, Pull, "pod.image_platform", Attention, "no match(ing manifest)? for|no image found in (manifest list|image index) for"),
        new(ContainerWaits, Pull, "pod.image_denied", Attention, "(?i)unauthorized|denied|forbidden|authentication required|\\b40[13]\\b"),
        new(ContainerWaits, Pull, "pod.image_missing", Attention, "(?i)manifest unknown|not ?found|does not exist|\\b404\\b"),
        new(ContainerWaits, Pull, "pod.registry_down", Attention, "(?i)no such host|connection refused|timeout|deadline exceeded|x509|tls:|\\b50[0-9]\\b"),
        new(ContainerWaits, Pull, "pod.image_pull", Attention),

        new(ContainerWaits, "CreateContainerConfigError", "pod.config_missing", Attention, "(?<object>(secret|configmap) \"[^\"]+\") not found"),
        new(ContainerWaits, "CreateContainerConfigError", "pod.config_missing", Attention, "couldn't find (?<object>key \\S+ in (Secret|ConfigMap) \\S+)"),
        new(ContainerWaits, "CreateContainerConfigError", "pod.run_as_root", Attention, "runAsNonRoot"),
        new(ContainerWaits, "CreateContainerConfigError", "pod.cannot_start", Attention),
        new(ContainerWaits, Create, "pod.command_missing", Attention, "executable file not found|no such file or directory|no command specified"),
        new(ContainerWaits, Create, "pod.cannot_start", Attention),

        new(Terminated, "OOMKilled", "pod.out_of_memory", Failed),
        new(Terminated, "DeadlineExceeded", "pod.time_limit", Failed),
        new(Terminated, Create, "pod.command_missing", Failed, "executable file not found|no such file or directory|no command specified"),
        new(Terminated, Create, "pod.cannot_start", Failed),

        new(PodStatus, "Evicted", "pod.evicted_storage", Attention, "(?i)ephemeral|EmptyDir|local storage|disk"),
        new(PodStatus, "Evicted", "pod.evicted_memory", Attention, "(?i)memory"),
        new(PodStatus, "Evicted|TerminationByKubelet|EvictionByEvictionAPI", "pod.evicted", Attention),
        new(PodStatus, "NodeLost|DeletionByPodGC|DeletionByTaintManager", "pod.node_lost", Attention, "[Nn]ode (?<node>[\\w.-]+) which was running"),
        new(PodStatus, "NodeLost|DeletionByPodGC|DeletionByTaintManager", "pod.node_lost", Attention),
        new(PodStatus, "Shutdown|NodeShutdown|Terminated", "pod.node_shutdown", Attention),
        new(PodStatus, "Preempted|Preempting|PreemptionByScheduler", "pod.preempted", Attention),
        new(PodStatus, "DeadlineExceeded", "pod.time_limit", Failed),
        new(PodStatus, "UnexpectedAdmissionError", "pod.device_failed", Attention),
        new(PodStatus, "NodeAffinity", "pod.no_node", Attention),
        new(PodStatus, "", "pod.no_room", Attention, "Node didn't have enough resource: (?<resource>[^,\\s]+)"),
    ];
}
