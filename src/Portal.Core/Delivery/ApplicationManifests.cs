using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Delivery;

/// <summary>A folder of a Git repository that Argo CD keeps a project's namespace equal to.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="ObjectName">Name of the Application.</param>
/// <param name="ArgoProject">Argo CD's project, which says what it may make and where.</param>
/// <param name="Repository">Address of the repository.</param>
/// <param name="Path">Folder in it.</param>
/// <param name="Revision">Branch, tag or commit.</param>
/// <param name="TargetNamespace">The project's namespace.</param>
public sealed record DeliveredFolder(
    ReconcileOwner Owner, string ObjectName, string ArgoProject, Uri Repository, string Path, string Revision, string TargetNamespace);

/// <summary>Argo CD's Application. Pure.</summary>
public static class ApplicationManifests
{
    /// <summary>Argo CD's Application.</summary>
    public static readonly ResourceType Kind = new("argoproj.io", "v1alpha1", "applications", "Application");

    /// <summary>
    /// The Application. The namespace is the portal's, so Argo CD never makes it; it removes what leaves the repository, and with the
    /// Application goes what it made.
    /// </summary>
    /// <param name="argoNamespace">Namespace of Argo CD.</param>
    public static JsonObject For(DeliveredFolder folder, string argoNamespace)
    {
        var made = Manifest.Create(Kind, argoNamespace, folder.ObjectName, folder.Owner);
        made["metadata"]!["finalizers"] = new JsonArray("resources-finalizer.argocd.argoproj.io");
        return made.With("spec", new JsonObject
        {
            ["project"] = folder.ArgoProject,
            ["source"] = new JsonObject
            {
                ["repoURL"] = folder.Repository.AbsoluteUri,
                ["path"] = folder.Path,
                ["targetRevision"] = folder.Revision,
            },
            ["destination"] = new JsonObject { ["server"] = "https://kubernetes.default.svc", ["namespace"] = folder.TargetNamespace },
            ["syncPolicy"] = new JsonObject
            {
                ["automated"] = new JsonObject { ["prune"] = true, ["selfHeal"] = true },
                ["syncOptions"] = new JsonArray("CreateNamespace=false"),
            },
        });
    }
}
