namespace Portal.Core.Projects;

/// <summary>What an installation decides about the objects of its projects.</summary>
public sealed class ProjectClusterOptions
{
    /// <summary>Namespace in which the portal itself runs; project pods may talk to it, and it to notebooks.</summary>
    public string PortalNamespace { get; set; } = "mlops-portal";

    /// <summary>Port that the portal's pods listen on: project pods may talk to this one alone.</summary>
    public int PortalPort { get; set; } = 8080;

    /// <summary>Namespaces that Ray's operator runs in: it asks the heads of runs how far they are. None where there is no Ray.</summary>
    public List<string> RayOperatorNamespaces { get; set; } = [];

    /// <summary>
    /// What the portal's own accounts may do inside of each project's namespace, beside what they may everywhere; made there
    /// before anything else. Empty where one account holds every right. For the installation's own cluster only.
    /// </summary>
    public List<PortalBinding> Bindings { get; set; } = [];

    /// <summary>Storage class of project storage; empty for the cluster's default.</summary>
    public string StorageClass { get; set; } = "";

    /// <summary><c>ReadWriteMany</c> where the class offers it, so that notebooks and trainings on several nodes share it.</summary>
    public string StorageAccessMode { get; set; } = "ReadWriteOnce";

    /// <summary>
    /// Names of Secrets that a project's pods pull their images with. The platform puts them into each project's namespace: the
    /// portal holds no credentials of registries.
    /// </summary>
    public List<string> ImagePullSecrets { get; set; } = [];
}

/// <summary>A role that one of the portal's own accounts has in a project's namespace.</summary>
public sealed class PortalBinding
{
    /// <summary>Name of the ClusterRole; also the name of the binding.</summary>
    public string Role { get; set; } = "";

    /// <summary>Name of the ServiceAccount, in the portal's own namespace.</summary>
    public string Account { get; set; } = "";
}
