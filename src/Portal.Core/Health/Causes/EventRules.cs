using static Portal.Core.Health.Causes.EvidenceSource;
using static Portal.Core.Workloads.WorkloadState;

namespace Portal.Core.Health.Causes;

/// <summary>Warning events about pods and claims: the only place where volumes, networks and probes are spoken of.</summary>
internal static class EventRules
{
    private const string Mount = "FailedMount|FailedAttachVolume|FailedMapVolume";

    public static readonly CauseRule[] All =
    [
        new(Event, Mount, "pod.volume_in_use", Attention, "Multi-Attach error"),
        new(Event, Mount, "pod.config_missing", Attention, "(?<object>(secret|configmap) \"[^\"]+\") not found"),
        new(Event, Mount, "pod.mount", Attention, "for volume \"(?<volume>[^\"]+)\""),
        new(Event, Mount, "pod.mount", Attention, "unmounted volumes=\\[(?<volume>[^\\]]+)\\]"),
        new(Event, "FailedCreatePodSandBox|NetworkNotReady", "pod.sandbox", Attention),
        new(Event, "Unhealthy", "pod.probe_failing", Attention, "^(?<probe>Liveness|Readiness|Startup) probe"),
        new(Event, "FailedBinding|ProvisioningFailed", "storage.no_class", Attention, "storageclass\\.storage\\.k8s\\.io \"(?<class>[^\"]+)\" not found"),
        new(Event, "FailedBinding", "storage.no_class", Attention, "no storage class is set"),
        new(Event, "ProvisioningFailed", "storage.provisioning_failed", Attention),
        new(Event, "VolumeResizeFailed|FileSystemResizeFailed", "storage.resize_failed", Attention),
        new(Event, "WaitForFirstConsumer", "storage.first_use", Pending),
        new(Event, "ExternalProvisioning|Provisioning", "storage.pending", Pending),
    ];
}
