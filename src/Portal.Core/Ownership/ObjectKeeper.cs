using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Ownership;

/// <summary>Who looks after an object in the cluster. Read from its labels and annotations, pure.</summary>
/// <param name="Name">The tool's own name for itself or for its application; empty where it gives none.</param>
public sealed record ObjectKeeper(KeeperKind Kind, string Name = "")
{
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string OlmOwner = "olm.owner";

    // Argo CD's older default, app.kubernetes.io/instance, is also what every chart sets: it proves nothing.
    private static readonly string[] ArgoMarks = ["argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"];

    /// <summary>True when another tool writes the object, so that the portal only shows it.</summary>
    public bool IsOther => Kind is KeeperKind.ArgoCd or KeeperKind.Helm or KeeperKind.Olm or KeeperKind.Other;

    /// <summary>Looks at one object. A tool that follows the object closely wins over who made it.</summary>
    public static ObjectKeeper Of(JsonObject seen)
    {
        if (ArgoMarks.Select(mark => Mark(seen, mark)).FirstOrDefault(m => m is not null) is { } argo)
            return new(KeeperKind.ArgoCd, argo.Split(':')[0]);
        if (Label(seen, OlmOwner) is { } olm)
            return new(KeeperKind.Olm, olm);
        var manager = Label(seen, ManagedBy);
        if (seen.Owner() is not null && manager is null or Manifest.FieldManager)
            return new(KeeperKind.Portal);
        if (manager == "Helm" || Annotation(seen, "meta.helm.sh/release-name") is not null)
            return new(KeeperKind.Helm, Annotation(seen, "meta.helm.sh/release-name") ?? "");
        if (Controller(seen) is { } controller)
            return new(KeeperKind.Controller, controller);
        if (Label(seen, "opendatahub.io/dashboard") == "true")
            return new(KeeperKind.OpenShiftAi);
        return manager is null ? new(KeeperKind.Nobody) : new(KeeperKind.Other, manager);
    }

    private static string? Controller(JsonObject seen) =>
        seen.Items("metadata", "ownerReferences").FirstOrDefault(o => o.Text("controller") == "true") is { } owner
            ? $"{owner.Text("kind")} {owner.Text("name")}" : null;

    private static string? Mark(JsonObject seen, string key) => Annotation(seen, key) ?? Label(seen, key);

    private static string? Label(JsonObject seen, string key) => seen.Text("metadata", "labels", key);

    private static string? Annotation(JsonObject seen, string key) => seen.Text("metadata", "annotations", key);
}

/// <summary>Who looks after an object.</summary>
public enum KeeperKind
{
    /// <summary>The portal: it carries out one of its rows.</summary>
    Portal,

    /// <summary>An Application of Argo CD, by its tracking mark.</summary>
    ArgoCd,

    /// <summary>A release of Helm.</summary>
    Helm,

    /// <summary>The Operator Lifecycle Manager.</summary>
    Olm,

    /// <summary>Some other tool that gives its name.</summary>
    Other,

    /// <summary>Made by people in OpenShift AI or Open Data Hub: shown here too, changed there.</summary>
    OpenShiftAi,

    /// <summary>Made by a controller for another object.</summary>
    Controller,

    /// <summary>Nobody says so.</summary>
    Nobody,
}
