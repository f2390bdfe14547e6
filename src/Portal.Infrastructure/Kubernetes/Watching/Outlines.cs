using System.Text.Json;
using Portal.Core.Cluster;
using Portal.Core.Delivery;
using Portal.Core.Pipelines;
using Portal.Core.Publishing;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>What is kept of the objects that are followed.</summary>
internal static class Outlines
{
    private const int AnnotationLimit = 256;

    // Who owns which field is large, and is asked for where it is of use. What kubectl was given holds once more whatever is left out.
    private static readonly (string, Outline) Metadata = ("metadata",
        new Outline(["managedFields"], [("annotations", new Outline(["kubectl.kubernetes.io/last-applied-configuration"]))]));

    private static readonly Outline General = new([], [Metadata]);

    // A Route may hold the private key of its certificate.
    private static readonly Outline Route = new([], [Metadata, ("spec", new Outline([], [("tls", new Outline(["key"]))]))]);

    // What its run was made of stands in its spec, or in the Pipeline, already.
    private static readonly Outline PipelineRun = new([], [Metadata, ("status", new Outline(["pipelineSpec", "provenance"]))]);

    private static readonly Outline Given = new(["helm", "kustomize", "plugin", "directory"]);

    // Each object of an Application stands in its status, and all that was given to charts in every entry of its history and in messages.
    private static readonly Outline Application = new(["operation"],
    [
        Metadata,
        ("spec", new Outline([], [("source", Given), ("sources", Given)])),
        ("status", new Outline(["history", "resources", "summary", "sourceHydrator"],
        [
            ("sync", new Outline(["comparedTo"])),
            ("operationState", new Outline(["operation", "syncResult", "message"])),
            ("conditions", new Outline(["message"])),
        ])),
    ]);

    private static readonly Outline Condition = new(["lastProbeTime", "observedGeneration"]);

    private static readonly Outline ContainerStatus = new(
        ["allocatedResources", "allocatedResourcesStatus", "containerID", "imageID", "resources", "started", "stopSignal", "user", "volumeMounts"]);

    private static readonly Outline Container = new(
    [
        "args", "command", "env", "envFrom", "imagePullPolicy", "lifecycle", "livenessProbe", "readinessProbe", "resizePolicy",
        "securityContext", "startupProbe", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty",
        "volumeDevices", "volumeMounts", "workingDir",
    ]);

    /// <summary>
    /// Pods are most of a cluster's objects and most of what they say is about how their containers are run. Kept is what tells
    /// where a pod is or could be, what it asks for and how it does; environments, which may hold secrets, are not kept at all.
    /// </summary>
    private static readonly Outline Pod = new([],
    [
        ("metadata", new Outline(["managedFields", "generateName"],
        [
            ("annotations", new Outline([], keeps: a => a.GetString() is { Length: <= AnnotationLimit })),
            ("ownerReferences", new Outline(["blockOwnerDeletion"])),
        ])),
        ("spec", new Outline(
        [
            "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "ephemeralContainers", "hostAliases", "imagePullSecrets",
            "preemptionPolicy", "securityContext", "serviceAccount", "serviceAccountName", "terminationGracePeriodSeconds",
        ],
        [
            ("containers", Container),
            ("initContainers", Container),
            // Of volumes only claims can keep a pod from starting.
            ("volumes", new Outline([], keeps: v => v.TryGetProperty("persistentVolumeClaim", out _))),
        ])),
        ("status", new Outline(["hostIP", "hostIPs", "observedGeneration", "podIPs", "qosClass"],
        [
            ("conditions", Condition),
            ("containerStatuses", ContainerStatus),
            ("initContainerStatuses", ContainerStatus),
        ])),
    ]);

    // Each pod and each run counts in them, and nothing that a pass does follows from the counts.
    private static readonly Outline WithoutUse = new([],
    [
        ("metadata", new Outline(["managedFields", "resourceVersion"])),
        ("status", new Outline(
        [
            "used", "flavors", "flavorsReservation", "flavorsUsage", "flavorUsage", "pendingWorkloads", "pendingWorkloadsStatus",
            "reservingWorkloads", "admittedWorkloads", "fairSharing",
        ])),
    ]);

    /// <summary>
    /// What of an object of a kind its row has to be looked at for: null where that is all. What pages show is kept all the same, see
    /// <see cref="Of"/>.
    /// </summary>
    public static Outline? Decisive(ResourceType type) =>
        type == Kinds.ResourceQuota || type == Kinds.ClusterQueue || type == Kinds.LocalQueue ? WithoutUse : null;

    /// <summary>The outline in which objects of a kind are kept.</summary>
    public static Outline Of(ResourceType type) => type == Kinds.Pod ? Pod : type == PublishingKinds.Route ? Route
        : type == PipelineRunManifests.Kind ? PipelineRun : type == ApplicationManifests.Kind ? Application : General;
}
