namespace Portal.Core.Projects;

/// <summary>What an installation decides about the objects of its projects.</summary>
public sealed class ProjectClusterOptions
{
    /// <summary>Namespace in which the portal itself runs; project pods may talk to it, and it to notebooks.</summary>
    public string PortalNamespace { get; set; } = "mlops-portal";

    /// <summary>Storage class of project storage; empty for the cluster's default.</summary>
    public string StorageClass { get; set; } = "";

    /// <summary><c>ReadWriteMany</c> where the class offers it, so that notebooks and trainings on several nodes share it.</summary>
    public string StorageAccessMode { get; set; } = "ReadWriteOnce";
}
