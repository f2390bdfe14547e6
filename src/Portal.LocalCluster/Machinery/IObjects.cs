using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>
/// The in-process door to the cluster's objects: the same admission, validation, versions and watch as over HTTP.
/// A resource is named as kubectl does: <c>pods</c>, <c>jobs.batch</c>, <c>workloads.kueue.x-k8s.io</c>.
/// Every tree handed out is a copy that the caller may change.
/// </summary>
public interface IObjects
{
    JsonObject? Find(string resource, string? ns, string name);

    /// <summary>All objects, or those of one namespace, in the order of namespace and name.</summary>
    IReadOnlyList<JsonObject> List(string resource, string? ns = null, string? labelSelector = null);

    /// <summary>For a reader that looks at all objects of a resource again and again.</summary>
    /// <param name="read">What is wanted of one, read once for each of its versions. The tree is the mirror's: it is not to be changed.</param>
    ObjectMirror<T> Mirror<T>(string resource, Func<JsonObject, T> read);

    /// <exception cref="ApiException">Refused; carries the Status that HTTP would have answered.</exception>
    JsonObject Create(JsonObject body);

    /// <summary>Replaces all but the status. A <c>metadata.resourceVersion</c> in the body is a precondition (409).</summary>
    /// <exception cref="ApiException">Refused; carries the Status that HTTP would have answered.</exception>
    JsonObject Update(JsonObject body);

    /// <summary>Replaces the status only. A <c>metadata.resourceVersion</c> in the body is a precondition (409).</summary>
    /// <exception cref="ApiException">Refused; carries the Status that HTTP would have answered.</exception>
    JsonObject UpdateStatus(JsonObject body);

    /// <summary>
    /// Deletes in the background manner: dependents follow. An object with finalizers, and a running pod, stays with a
    /// deletionTimestamp; a grace period of zero removes a pod at once. False when there is no such object.
    /// </summary>
    bool Delete(string resource, string? ns, string name, long? gracePeriodSeconds = null);

    /// <summary>
    /// ADDED for every present object, then ADDED, MODIFIED and DELETED as they happen, in order and without loss.
    /// Ends only by cancellation: a resource whose definition is deleted is watched anew when it is defined again.
    /// </summary>
    IAsyncEnumerable<ObjectEvent> Watch(string resource, CancellationToken ct);

    /// <summary>Writes a v1 Event about an object; a repeated one is counted up instead.</summary>
    /// <param name="about">The object, with kind, apiVersion and metadata.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="component">Who says so, for example <c>job-controller</c>.</param>
    void Record(JsonObject about, string type, string reason, string message, string component);
}

/// <summary>One change: ADDED, MODIFIED or DELETED, with the object as it was written (DELETED: as it was last).</summary>
public readonly record struct ObjectEvent(string Type, JsonObject Object);
