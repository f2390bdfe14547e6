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

    private const string InCluster = "https://kubernetes.default.svc";

    /// <summary>The namespace of its own cluster that an Application is for, or null where it is for another cluster or names none.</summary>
    public static string? TargetOf(JsonObject application) =>
        application.Text("spec", "destination", "name") is "in-cluster" || application.Text("spec", "destination", "server") is InCluster
            ? application.Text("spec", "destination", "namespace") : null;

    /// <summary>
    /// What may be shown of somebody's Application: where it comes from, where it goes and how it stands. What charts and plugins are
    /// given may hold secrets, and so may an address; messages hold whole commands with both.
    /// </summary>
    public static JsonObject Outline(JsonObject application)
    {
        var shown = application.DeepClone().AsObject();
        shown.Remove("operation");
        shown["spec"] = Kept(application.At("spec"), "project", "destination", "syncPolicy");
        if (application.At("spec", "source") is { } source)
            shown["spec"]!["source"] = Source(source);
        if (application.At("spec", "sources") is JsonArray)
            shown["spec"]!["sources"] = new JsonArray([.. application.Items("spec", "sources").Select(Source)]);
        if (application.At("status") is { } status)
        {
            shown["status"] = Kept(status, "reconciledAt");
            shown["status"]!["health"] = Kept(status.At("health"), "status", "lastTransitionTime");
            if (status.At("conditions") is JsonArray)
                shown["status"]!["conditions"] = new JsonArray([.. status.Items("conditions").Select(c => Kept(c, "type", "lastTransitionTime"))]);
            shown["status"]!["sync"] = Kept(status.At("sync"), "status", "revision", "revisions");
            if (status.At("operationState") is { } last)
                shown["status"]!["operationState"] = Kept(last, "phase", "startedAt", "finishedAt");
        }
        return shown;
    }

    private static JsonObject Source(JsonNode source)
    {
        var shown = Kept(source, "path", "targetRevision", "chart", "ref");
        if (source.Text("repoURL") is { } address)
            shown["repoURL"] = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
                ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.AbsoluteUri : address;
        return shown;
    }

    private static JsonObject Kept(JsonNode? from, params string[] fields) =>
        new(fields.Where(f => from.At(f) is not null).Select(f => KeyValuePair.Create(f, from.At(f)?.DeepClone())));

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
            ["destination"] = new JsonObject { ["server"] = InCluster, ["namespace"] = folder.TargetNamespace },
            ["syncPolicy"] = new JsonObject
            {
                ["automated"] = new JsonObject { ["prune"] = true, ["selfHeal"] = true },
                ["syncOptions"] = new JsonArray("CreateNamespace=false"),
            },
        });
    }
}
