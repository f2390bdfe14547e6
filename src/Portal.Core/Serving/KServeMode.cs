using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Serving;

/// <summary>
/// What a cluster's KServe calls the mode without Knative: <c>Standard</c>, or <c>RawDeployment</c> before the mode was renamed.
/// No discovery document says which; KServe writes the name that it goes by into the status of each service. Pure.
/// </summary>
public static class KServeMode
{
    private const string Status = "deploymentMode";
    private const string Annotation = "serving.kserve.io/deploymentMode";
    private const string Newer = "Standard";

    // A newer KServe still takes it for a service that is new; an older one takes an unknown name for its default, with Knative.
    private const string Older = "RawDeployment";

    /// <summary>The name to write for a service.</summary>
    /// <param name="own">The InferenceService as the cluster has it, or null while there is none: its mode can never be changed, and an update that says it in the other name is refused.</param>
    /// <param name="others">Other InferenceServices of the same cluster, as many as are known.</param>
    public static string NameFor(JsonObject? own, IEnumerable<JsonObject> others) =>
        own.Text("status", Status) ?? own.Text("metadata", "annotations", Annotation)
        ?? others.Select(o => o.Text("status", Status)).OfType<string>().Select(NameIn).FirstOrDefault() ?? Older;

    private static string NameIn(string status) => status.ToUpperInvariant() is "STANDARD" or "KNATIVE" ? Newer : Older;
}
