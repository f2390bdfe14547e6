using Portal.Core.Health.Causes;

namespace Portal.Core.Tests.Health;

/// <summary>What kubelets, schedulers, API servers and Kueue say, and the cause behind it.</summary>
public class CauseMatcherTests
{
    [Theory]
    [InlineData(EvidenceSource.ContainerWaits, "ErrImagePull", "failed to resolve reference \"registry.example/a:1\": pull access denied, repository does not exist or may require authorization", "pod.image_denied")]
    [InlineData(EvidenceSource.ContainerWaits, "ImagePullBackOff", "Back-off pulling image \"registry.example/a:9\": ErrImagePull: manifest unknown", "pod.image_missing")]
    [InlineData(EvidenceSource.ContainerWaits, "ErrImagePull", "dial tcp: lookup registry.example on 10.96.0.10:53: no such host", "pod.registry_down")]
    [InlineData(EvidenceSource.ContainerWaits, "ErrImagePull", "no match for platform in manifest: not found", "pod.image_platform")]
    [InlineData(EvidenceSource.ContainerWaits, "ImagePullBackOff", "Back-off pulling image \"registry.example/a:1\"", "pod.image_pull")]
    [InlineData(EvidenceSource.ContainerWaits, "InvalidImageName", "Failed to apply default image tag \"A:1\": couldn't parse image reference", "pod.image_name")]
    [InlineData(EvidenceSource.ContainerWaits, "CreateContainerConfigError", "couldn't find key token in Secret ml/s3", "pod.config_missing")]
    [InlineData(EvidenceSource.ContainerWaits, "CreateContainerConfigError", "container has runAsNonRoot and image will run as root", "pod.run_as_root")]
    [InlineData(EvidenceSource.ContainerWaits, "RunContainerError", "failed to create containerd task: exec: \"trian\": executable file not found in $PATH", "pod.command_missing")]
    [InlineData(EvidenceSource.PodStatus, "Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.", "pod.evicted_storage")]
    [InlineData(EvidenceSource.PodStatus, "UnexpectedAdmissionError", "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu", "pod.device_failed")]
    [InlineData(EvidenceSource.PodStatus, "OutOfnvidia.com/gpu", "Pod was rejected: Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 8, capacity: 8", "pod.no_room")]
    [InlineData(EvidenceSource.PodStatus, "Terminated", "Pod was terminated in response to imminent node shutdown.", "pod.node_shutdown")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: 4 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.", "pod.node_pressure")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) didn't match Pod's node affinity/selector.", "pod.nodes_down")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: 4 node(s) had untolerated taint {reserved: risk}.", "pod.taint")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: 4 node(s) had volume node affinity conflict.", "pod.volume_elsewhere")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims.", "pod.volume_unbound")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: persistentvolumeclaim \"data\" not found.", "pod.volume_missing")]
    [InlineData(EvidenceSource.Scheduling, "Unschedulable", "0/4 nodes are available: 4 node(s) didn't match pod topology spread constraints.", "pod.topology")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "pods \"p\" is forbidden: failed quota: q: must specify requests.cpu for: c", "namespace.quota_unstated")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "pods \"p\" is forbidden: maximum cpu usage per Container is 1, but limit is 2", "namespace.limit_range")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true", "namespace.security")]
    [InlineData(EvidenceSource.Answer, "InternalError", "Internal error occurred: failed calling webhook \"dead.samples.lab\": failed to call webhook: Post \"https://127.0.0.1:9/validate?timeout=2s\": dial tcp 127.0.0.1:9: connect: connection refused", "cluster.webhook_down")]
    [InlineData(EvidenceSource.Answer, "", "admission webhook \"images.example\" denied the request: the image is not signed", "cluster.policy_denied")]
    [InlineData(EvidenceSource.Answer, "Invalid", "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'fence' with binding 'fence' denied request: not a managed namespace", "cluster.policy_denied")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "pods \"p\" is forbidden: error looking up service account ml/workload: serviceaccount \"workload\" not found", "admission.no_account")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "jobs.batch is forbidden: User \"portal\" cannot create resource \"jobs\" in API group \"batch\" in the namespace \"ml\"", "cluster.forbidden")]
    [InlineData(EvidenceSource.Answer, "Forbidden", "configmaps \"late\" is forbidden: unable to create new content in namespace samples-gone because it is being terminated", "namespace.terminating")]
    [InlineData(EvidenceSource.Queue, "Pending", "couldn't assign flavors to pod set main: topology \"rack\" doesn't allow to fit any of 4 pod(s)", "quota.topology")]
    [InlineData(EvidenceSource.Queue, "Pending", "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 2 more needed. Pending the preemption of 1 workload(s)", "quota.preempting")]
    [InlineData(EvidenceSource.Queue, "Inadmissible", "couldn't assign flavors to pod set main: untolerated taint {nvidia.com/gpu true NoSchedule <nil>} in flavor h100", "quota.taints")]
    [InlineData(EvidenceSource.Queue, "Inadmissible", "ClusterQueue fraud is inactive", "quota.no_queue")]
    [InlineData(EvidenceSource.Evicted, "PodsReadyTimeout", "Exceeded the PodsReady timeout ml/run", "quota.pods_ready_timeout")]
    public void Match_WhatAClusterSaid_IsItsCause(EvidenceSource source, string reason, string message, string code)
    {
        var found = CauseMatcher.Match(source, reason, message);

        Assert.Equal(code, found?.Reason);
        Assert.Equal(message, found!.Detail);
    }

    [Fact]
    public void Match_QuotaWithSeveralResources_TakesAllAmountsOfTheFirst()
    {
        var found = CauseMatcher.Match(EvidenceSource.Answer, "Forbidden",
            "pods \"p\" is forbidden: exceeded quota: team, requested: limits.cpu=4,requests.cpu=2, used: limits.cpu=6,requests.cpu=3, limited: limits.cpu=8,requests.cpu=4");

        Assert.Equal(("limits.cpu", "4", "6", "8"),
            (found!.Arguments["resource"], found.Arguments["requested"], found.Arguments["used"], found.Arguments["limited"]));
    }

    [Theory]
    [InlineData(EvidenceSource.Event, "BackOff", "Back-off restarting failed container")]
    [InlineData(EvidenceSource.ContainerWaits, "ContainerCreating", "")]
    [InlineData(EvidenceSource.Answer, "Conflict", "Operation cannot be fulfilled on configmaps \"x\": the object has been modified")]
    public void Match_WhatNoRuleKnows_IsNothing(EvidenceSource source, string reason, string message) =>
        Assert.Null(CauseMatcher.Match(source, reason, message));
}
