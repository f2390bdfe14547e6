using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Kueue's visibility API: who waits in a queue, in the order in which they are looked at.</summary>
internal sealed class Visibility(IObjects objects) : IAggregatedApi
{
    public const string Group = "visibility.kueue.x-k8s.io";
    public const string Pending = "pendingworkloads";

    private const int MostItems = 4000;
    private const int UsualItems = 1000;

    public IReadOnlyList<ResourceType> Types { get; } =
    [
        .. from version in (string[])["v1beta2", "v1beta1"]
           from type in (ResourceType[])[new(Group, version, "ClusterQueue", "clusterqueues") { Namespaced = false, Verbs = [] }, new(Group, version, "LocalQueue", "localqueues") { Verbs = [] }]
           select type,
    ];

    public Task Handle(ApiRequest request)
    {
        if (request.Subresource != Pending || request.Name is not { } name) throw Refusals.NoResource();
        if (request.Verb != "get") throw WriteRequests.NotAllowed();
        KueueSnapshot snapshot = new(new KueueMirrors(objects));
        bool local = request.Type.Namespaced;
        string? queue = local
            ? snapshot.LocalQueues.GetValueOrDefault($"{request.Namespace}/{name}")?.Spec.Above
            : snapshot.ClusterQueues.ContainsKey(name) ? name : null;
        if (queue is null) throw Refusals.NotFound(request.Type with { Plural = request.Type.Singular }, name);
        List<JsonObject> items = [.. Waiting(snapshot, queue)];
        if (local) items.RemoveAll(item => item.Namespace() != request.Namespace || item.Text("localQueueName") != name);
        int offset = (int)Math.Clamp(request.Whole("offset") ?? 0, 0, items.Count);
        int limit = (int)Math.Clamp(request.Whole("limit") ?? UsualItems, 0, MostItems);
        return Answers.Tree(request, new JsonObject
        {
            ["kind"] = "PendingWorkloadsSummary",
            ["apiVersion"] = request.Type.GroupVersion,
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. items.Skip(offset).Take(limit)]),
        });
    }

    private static IEnumerable<JsonObject> Waiting(KueueSnapshot snapshot, string clusterQueue)
    {
        int position = 0;
        Dictionary<string, int> positions = new(StringComparer.Ordinal);
        IEnumerable<JsonObject> waiting = snapshot.Workloads
            .Where(workload => !WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload) && WorkloadObject.IsActive(workload))
            .Where(workload => snapshot.LocalQueueOf(workload)?.Spec.Above == clusterQueue)
            .OrderByDescending(workload => workload.Whole("spec", "priority") ?? 0)
            .ThenBy(workload => workload.Created())
            .ThenBy(workload => workload.Key(), StringComparer.Ordinal);
        foreach (JsonObject workload in waiting)
        {
            string local = workload.Text("spec", "queueName") ?? "";
            string key = $"{workload.Namespace()}/{local}";
            int inLocal = positions[key] = positions.GetValueOrDefault(key, -1) + 1;
            yield return Item(workload, local, position++, inLocal);
        }
    }

    private static JsonObject Item(JsonObject workload, string localQueue, int position, int positionInLocal)
    {
        JsonObject metadata = new() { ["name"] = workload.Name(), ["namespace"] = workload.Namespace(), ["creationTimestamp"] = workload.Text("metadata", "creationTimestamp") };
        if (workload.Items("metadata", "ownerReferences") is { } owners) metadata["ownerReferences"] = owners.DeepClone();
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["priority"] = workload.Whole("spec", "priority") ?? 0,
            ["localQueueName"] = localQueue,
            ["positionInClusterQueue"] = position,
            ["positionInLocalQueue"] = positionInLocal,
        };
    }
}
