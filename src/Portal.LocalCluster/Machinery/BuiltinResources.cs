using Portal.LocalCluster.Rules;

namespace Portal.LocalCluster.Machinery;

/// <summary>The resources that are there without a CustomResourceDefinition.</summary>
internal static class BuiltinResources
{
    private static readonly string[] All = ["all"];

    public static IReadOnlyList<ResourceType> List { get; } = [.. Declared().Select(WithSchema)];

    private static IReadOnlyList<ResourceType> Declared() =>
    [
        new("", "v1", "ConfigMap", "configmaps") { ShortNames = ["cm"] },
        new("", "v1", "Endpoints", "endpoints") { ShortNames = ["ep"], Singular = "endpoints" },
        new("", "v1", "Event", "events")
        {
            ShortNames = ["ev"],
            SelectableFields =
            [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
                "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "type", "source",
            ],
            SelectableValue = EventRules.Selectable,
        },
        new("", "v1", "LimitRange", "limitranges") { ShortNames = ["limits"] },
        new("", "v1", "Namespace", "namespaces")
        {
            ShortNames = ["ns"], Namespaced = false, HasStatus = true, SelectableFields = ["status.phase"],
            Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"],
        },
        new("", "v1", "Node", "nodes") { ShortNames = ["no"], Namespaced = false, HasStatus = true, SelectableFields = ["spec.unschedulable"] },
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims") { ShortNames = ["pvc"], HasStatus = true },
        new("", "v1", "PersistentVolume", "persistentvolumes") { ShortNames = ["pv"], Namespaced = false, HasStatus = true },
        new("", "v1", "Pod", "pods")
        {
            ShortNames = ["po"], Categories = All, HasStatus = true, HasGeneration = true,
            SelectableFields =
            [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase",
                "status.podIP", "status.nominatedNodeName",
            ],
        },
        new("", "v1", "ResourceQuota", "resourcequotas") { ShortNames = ["quota"], HasStatus = true },
        new("", "v1", "Secret", "secrets") { SelectableFields = ["type"] },
        new("", "v1", "ServiceAccount", "serviceaccounts") { ShortNames = ["sa"] },
        new("", "v1", "Service", "services") { ShortNames = ["svc"], Categories = All, HasStatus = true, SelectableFields = ["spec.clusterIP", "spec.type"] },
        new("apps", "v1", "ControllerRevision", "controllerrevisions"),
        new("apps", "v1", "DaemonSet", "daemonsets") { ShortNames = ["ds"], Categories = All, HasStatus = true, HasGeneration = true },
        new("apps", "v1", "Deployment", "deployments")
        {
            ShortNames = ["deploy"], Categories = All, HasStatus = true, HasGeneration = true, Scale = new ScalePaths(Selector: "spec.selector"),
        },
        new("apps", "v1", "ReplicaSet", "replicasets")
        {
            ShortNames = ["rs"], Categories = All, HasStatus = true, HasGeneration = true, SelectableFields = ["status.replicas"],
            Scale = new ScalePaths(Selector: "spec.selector"),
        },
        new("apps", "v1", "StatefulSet", "statefulsets")
        {
            ShortNames = ["sts"], Categories = All, HasStatus = true, HasGeneration = true, Scale = new ScalePaths(Selector: "spec.selector"),
        },
        new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers") { ShortNames = ["hpa"], Categories = All, HasStatus = true },
        new("batch", "v1", "CronJob", "cronjobs") { ShortNames = ["cj"], Categories = All, HasStatus = true, HasGeneration = true },
        new("batch", "v1", "Job", "jobs") { Categories = All, HasStatus = true, HasGeneration = true, SelectableFields = ["status.successful"] },
        new("coordination.k8s.io", "v1", "Lease", "leases"),
        new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices"),
        new(EventConversion.Group, "v1", "Event", "events")
        {
            ShortNames = ["ev"], StoredAs = "events", Conversion = EventConversion.Instance,
            // In the order of those that are stored.
            SelectableFields =
            [
                "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath",
                "reason", "reportingController", "type",
            ],
        },
        new("networking.k8s.io", "v1", "IngressClass", "ingressclasses") { Namespaced = false, HasGeneration = true },
        new("networking.k8s.io", "v1", "Ingress", "ingresses") { ShortNames = ["ing"], HasStatus = true, HasGeneration = true },
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies") { ShortNames = ["netpol"], HasGeneration = true },
        new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets") { ShortNames = ["pdb"], HasStatus = true, HasGeneration = true },
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings") { Namespaced = false },
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles") { Namespaced = false },
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
        new("rbac.authorization.k8s.io", "v1", "Role", "roles"),
        new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses") { ShortNames = ["pc"], Namespaced = false, HasGeneration = true },
        new("storage.k8s.io", "v1", "StorageClass", "storageclasses") { ShortNames = ["sc"], Namespaced = false },
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions")
        {
            ShortNames = ["crd", "crds"], Categories = ["api-extensions"], Namespaced = false, HasStatus = true, HasGeneration = true,
        },
        new("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies")
        {
            Categories = ["api-extensions"], Namespaced = false, HasStatus = true, HasGeneration = true,
        },
        new("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings")
        {
            Categories = ["api-extensions"], Namespaced = false, HasGeneration = true,
        },
        Review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
        Review("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews"),
        Review("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews") with { Namespaced = true },
        Review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
        Review("authentication.k8s.io", "TokenReview", "tokenreviews"),
        Review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
    ];

    /// <summary>A question in the form of an object: answered, never stored.</summary>
    private static ResourceType Review(string group, string kind, string plural) => new(group, "v1", kind, plural) { Namespaced = false, Verbs = ["create"] };

    private static ResourceType WithSchema(ResourceType type) =>
        type with { Schema = Schema.KindText.Kinds.GetValueOrDefault((type.Group, type.Kind)) ?? Schema.FieldSchema.Anything };
}
