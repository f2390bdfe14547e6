using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>What a registration may say. Pure.</summary>
public static class ClusterRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest address of an API server, in characters.</summary>
    public const int ServerLimit = 500;

    /// <summary>Longest kubeconfig, in characters; real ones have a few thousand.</summary>
    public const int KubeconfigLimit = 256 * 1024;

    /// <summary>Most labels of one cluster.</summary>
    public const int LabelLimit = 20;

    /// <summary>Null when the content can be stored; otherwise the first refusal, with its field.</summary>
    public static Refusal? Check(ClusterContent content) =>
        TextRules.CheckRequired("Name", content.Name, NameLimit)
        ?? TextRules.Check("Region", content.Region, ProjectRules.CodeLimit)
        ?? (Enum.IsDefined(content.Kind) ? null : new Refusal("registration.kind_unknown", Field: "Kind"))
        ?? (content.DataClasses.Count == 0 ? new Refusal("registration.data_class_none", Field: "DataClasses") : null)
        ?? (content.DataClasses.All(Enum.IsDefined) ? null : new Refusal("registration.data_class_unknown", Field: "DataClasses"))
        ?? (content.Labels.Count > LabelLimit
            ? new Refusal("registration.labels_many", Field: "Labels").With("limit", LabelLimit).With("count", content.Labels.Count) : null)
        ?? AddressRanges.Check("ControlPlaneRanges", content.ControlPlaneRanges)
        ?? AddressRanges.Check("PortalRanges", content.PortalRanges)
        ?? content.Labels.Select(l => MetadataRules.CheckLabel("Labels", l.Key, l.Value)).FirstOrDefault(r => r is not null);
}
