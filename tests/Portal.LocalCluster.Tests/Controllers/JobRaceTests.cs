using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>The Job controller where somebody else writes its pods between its reading and its writing.</summary>
public class JobRaceTests
{
    [Theory]
    [InlineData("suspend", "true")]
    [InlineData("parallelism", "0")]
    public async Task Job_ItsPodIsWrittenWhileItIsStopped_CountsNoFailure(string field, string value)
    {
        string folder = Directory.CreateTempSubdirectory("local-cluster-").FullName;
        await using (LocalCluster cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions { DataDirectory = folder }, NullLoggerFactory.Instance, services => services.AddSingleton<IController>(
                provider => new JobController(new ContestedPods(provider.GetRequiredService<IObjects>()), TimeProvider.System, NullLogger<JobController>.Instance))))
        {
            IObjects objects = (IObjects)cluster.Services.GetService(typeof(IObjects))!;
            objects.Create((JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"} }""")!);
            objects.Create(Manifests.Job("held", Manifests.Shell, ["sleep", "600"]));
            await Eventually.True(() => objects.List("pods", "team").Count == 1, "it has a pod");

            JsonObject job = objects.Find("jobs.batch", "team", "held")!;
            job.Part("metadata").Remove("resourceVersion");
            job.Part("spec")[field] = JsonNode.Parse(value);
            objects.Update(job);

            await Eventually.True(() => objects.List("pods", "team").Count == 0, "its pod goes");
            await Eventually.True(() => objects.Find("jobs.batch", "team", "held")!.Whole("status", "active") is null or 0, "it has seen that");
            JsonObject stopped = objects.Find("jobs.batch", "team", "held")!;
            Assert.Null(stopped.Whole("status", "failed"));
            Assert.False(JobVerdict.IsFinished(stopped));
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Of each pod, the first two writes come too late.</summary>
    private sealed class ContestedPods(IObjects objects) : IObjects
    {
        private readonly Dictionary<string, int> _lost = [];

        public JsonObject Update(JsonObject body)
        {
            int lost = _lost.GetValueOrDefault(body.Uid());
            if (body.Kind() == "Pod" && lost < 2 && objects.Find("pods", body.Namespace(), body.Name()) is { } pod)
            {
                _lost[body.Uid()] = lost + 1;
                pod.Ensure("metadata", "annotations")["written"] = $"{lost}";
                objects.Update(pod);
            }
            return objects.Update(body);
        }

        public JsonObject? Find(string resource, string? ns, string name) => objects.Find(resource, ns, name);

        public IReadOnlyList<JsonObject> List(string resource, string? ns = null, string? labelSelector = null) => objects.List(resource, ns, labelSelector);

        public ObjectMirror<T> Mirror<T>(string resource, Func<JsonObject, T> read) => objects.Mirror(resource, read);

        public JsonObject Create(JsonObject body) => objects.Create(body);

        public JsonObject UpdateStatus(JsonObject body) => objects.UpdateStatus(body);

        public bool Delete(string resource, string? ns, string name, long? gracePeriodSeconds = null) => objects.Delete(resource, ns, name, gracePeriodSeconds);

        public IAsyncEnumerable<ObjectEvent> Watch(string resource, CancellationToken ct) => objects.Watch(resource, ct);

        public void Record(JsonObject about, string type, string reason, string message, string component) => objects.Record(about, type, reason, message, component);
    }
}
