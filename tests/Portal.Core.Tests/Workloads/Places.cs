using System.Text.Json.Nodes;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Workloads;

/// <summary>The sorts of cluster that manifests are made for.</summary>
internal static class Places
{
    public static readonly Guid Id = new("01900000-0000-7000-8000-0000000a1b2c");
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static readonly AcceleratorOffer Gpus = new(new Guid("01900000-0000-7000-8000-00000000aaaa"), "H100", "h100", "nvidia.com/gpu", 4, 3m)
    {
        NodeLabels = new Dictionary<string, string> { ["nvidia.com/gpu.product"] = "H100" },
        Tolerations = [new JsonObject { ["key"] = "nvidia.com/gpu", ["operator"] = "Exists", ["effect"] = "NoSchedule" }],
    };

    /// <summary>By name: <c>embedded</c>, <c>plain</c> without operators, <c>full</c> with Kueue and Kubeflow, <c>openshift</c>.</summary>
    public static WorkloadPlace Of(string name) => new("ml-credit-risk", "project-storage", name == "plain" ? "" : "default")
    {
        IsEmbedded = name == "embedded",
        HasNotebookKind = name is "full" or "openshift",
        FileGroup = name == "openshift" ? null : 1000,
        Options = new WorkloadOptions { PortalAddress = new Uri("http://portal.mlops.svc:8080/") },
    };
}
