using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>PodDisruptionBudgets: how many of the pods that they select may be evicted now.</summary>
public sealed class DisruptionController(IObjects objects, TimeProvider time, ILogger<DisruptionController> log) : ControlLoop(objects, time, log)
{
    internal const string Budgets = "poddisruptionbudgets.policy";

    /// <summary>An eviction after which the pod has not gone by then has come to nothing.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    public override string Name => "disruption";

    protected override IEnumerable<Source> Sources =>
    [
        new(Budgets, budget => [budget.Key()]),
        new("pods", pod => Objects.List(Budgets, pod.Namespace()).Where(budget => Selects(budget, pod)).Select(budget => budget.Key())),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find(Budgets, path[0], path[1]) is not { } budget || budget.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        DateTimeOffset now = Time.GetUtcNow();
        List<JsonObject> pods = [.. Objects.List("pods", path[0]).Where(pod => Selects(budget, pod))];
        JsonObject going = [];
        foreach ((string name, string since) in budget.Pairs("status", "disruptedPods"))
        {
            bool counts = pods.Exists(pod => pod.Name() == name && !pod.IsDeleting()) && budget.Time("status", "disruptedPods", name) > now - Remembered;
            if (counts) going[name] = since;
        }
        (long expected, long desired) = Wanted(budget, pods);
        long healthy = pods.Count(pod => PodConditions.IsReady(pod) && !going.ContainsKey(pod.Name()));
        long allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        JsonObject before = budget.Part("status").Copy();
        JsonObject status = budget.Ensure("status");
        status["observedGeneration"] = budget.Whole("metadata", "generation") ?? 1;
        status["disruptionsAllowed"] = allowed;
        status["currentHealthy"] = healthy;
        status["desiredHealthy"] = desired;
        status["expectedPods"] = expected;
        if (going.Count > 0) status["disruptedPods"] = going.DeepClone();
        else status.Remove("disruptedPods");
        Conditions.Set(budget, "DisruptionAllowed", allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now);
        if (!JsonNode.DeepEquals(before, status)) Objects.UpdateStatus(budget);
        return Task.FromResult<TimeSpan?>(going.Count > 0 ? Remembered : null);
    }

    private static bool Selects(JsonObject budget, JsonObject pod) => LabelSelector.From(budget.Map("spec", "selector"))?.Matches(pod) == true;

    private (long Expected, long Desired) Wanted(JsonObject budget, List<JsonObject> pods)
    {
        if (budget.At("spec", "maxUnavailable") is { } most)
        {
            long scale = Scale(pods);
            return (scale, Math.Max(0, scale - Share(most, scale)));
        }
        JsonNode? least = budget.At("spec", "minAvailable");
        long expected = least.AsText() is null ? pods.Count : Scale(pods);
        return (expected, Share(least, expected));
    }

    /// <summary>A number, or a percentage of the pods that there shall be, rounded up.</summary>
    private static long Share(JsonNode? amount, long of) =>
        amount.AsText() is { } text && long.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out long percent) ? ((percent * of) + 99) / 100 : amount.AsWhole() ?? 0;

    /// <summary>How many pods those who made these shall have.</summary>
    private long Scale(List<JsonObject> pods)
    {
        Dictionary<string, long> scales = new(StringComparer.Ordinal);
        foreach (JsonObject pod in pods)
        {
            JsonObject? set = Maker(pod);
            // While a deployment replaces its pods, only the deployment knows how many are meant.
            JsonObject? maker = set is null ? null : Maker(set) ?? set;
            if (maker is null) scales[pod.Uid()] = 1;
            else scales[maker.Uid()] = maker.Whole("spec", "replicas") ?? 1;
        }
        return scales.Values.Sum();
    }

    private JsonObject? Maker(JsonObject body)
    {
        string? resource = Owners.Controller(body)?.Text("kind") switch
        {
            "ReplicaSet" => "replicasets.apps",
            "Deployment" => "deployments.apps",
            "StatefulSet" => "statefulsets.apps",
            _ => null,
        };
        return resource is null ? null : Objects.Find(resource, body.Namespace(), Owners.Controller(body)!.Text("name") ?? "");
    }
}
