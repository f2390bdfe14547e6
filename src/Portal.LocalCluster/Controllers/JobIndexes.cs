using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>
/// The numbers of an Indexed Job's pods: each from 0 to its completions is carried out once. A pod tells its number by label,
/// annotation, name and variable, as those of a real control plane do.
/// </summary>
internal static class JobIndexes
{
    public const string Key = "batch.kubernetes.io/job-completion-index";
    private const string Variable = "JOB_COMPLETION_INDEX";

    public static bool IsIndexed(JsonObject job) => job.Text("spec", "completionMode") == "Indexed";

    /// <summary>The lowest number that has neither succeeded nor a pod at work.</summary>
    public static long Next(JsonObject job, JobTally tally)
    {
        HashSet<long> taken = Done(job, tally);
        taken.UnionWith(tally.Active.Concat(tally.Terminating).Select(Of).OfType<long>());
        long next = 0;
        while (taken.Contains(next)) next++;
        return next;
    }

    /// <summary>Gives a pod its number.</summary>
    public static void Give(JsonObject pod, JsonObject job, long index)
    {
        string text = index.ToString(CultureInfo.InvariantCulture);
        pod.Ensure("metadata", "labels")[Key] = text;
        pod.Ensure("metadata", "annotations")[Key] = text;
        pod.Part("metadata")["generateName"] = $"{job.Name()}-{text}-";
        if (pod.Text("spec", "hostname") is null) pod.Part("spec")["hostname"] = $"{job.Name()}-{text}";
        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (JsonObject container in pod.Each("spec", list))
            {
                JsonArray variables = container["env"] as JsonArray ?? [];
                container["env"] = variables;
                variables.Add(new JsonObject
                {
                    ["name"] = Variable,
                    ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = $"metadata.annotations['{Key}']" } },
                });
            }
        }
    }

    /// <summary>Writes which numbers have succeeded, as <c>0-2,4</c>: their pods may be gone tomorrow.</summary>
    public static void WriteTo(JsonObject status, JsonObject job, JobTally tally)
    {
        if (!IsIndexed(job)) return;
        List<long> done = [.. Done(job, tally).Order()];
        List<string> parts = [];
        for (int at = 0; at < done.Count; at++)
        {
            int first = at;
            while (at + 1 < done.Count && done[at + 1] == done[at] + 1) at++;
            parts.Add(first == at ? Text(done[at]) : at == first + 1 ? $"{Text(done[first])},{Text(done[at])}" : $"{Text(done[first])}-{Text(done[at])}");
        }
        if (parts.Count > 0) status["completedIndexes"] = string.Join(',', parts);
        else status.Remove("completedIndexes");
    }

    private static HashSet<long> Done(JsonObject job, JobTally tally)
    {
        HashSet<long> done = [.. tally.NewlySucceeded.Select(Of).OfType<long>()];
        foreach (string part in (job.Text("status", "completedIndexes") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            for (long index = Number(ends[0]); index <= Number(ends[^1]); index++) done.Add(index);
        }
        return done;
    }

    private static long? Of(JsonObject pod) =>
        long.TryParse(pod.Annotation(Key), NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? index : null;

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
