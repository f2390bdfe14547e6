using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Recordings of what controllers, the scheduler and nodes make of objects, on a whole cluster.</summary>
public sealed partial class ControlledSampleTests : IAsyncLifetime
{
    public static IReadOnlyList<string> Samples { get; } = ["job-status", "job-suspend", "log-follow", "quota-job-event"];

    private readonly string _sign = Path.Combine(Path.GetTempPath(), $"follow-{Guid.NewGuid():N}");
    private readonly ApiFixture _api;

    public ControlledSampleTests() => _api = ApiFixture.With(
        options =>
        {
            options.Nodes = [new LocalNode { Name = "cpu-1" }];
            options.Operators = new HashSet<string>(StringComparer.Ordinal);
            options.Images =
            [
                new KnownImage("x", "ends well", ["/bin/true"]), new KnownImage("fails:1", "ends badly", ["/bin/false"]),
                new KnownImage("stays:1", "does not end when told to", ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"]),
                new KnownImage("prints:1", "prints, and goes on at a sign",
                    ["/bin/sh", "-c", $"for i in 1 2 3 4 5 6; do echo logs/c line $i; done; until [ -e {_sign} ]; do sleep 0.05; done; for i in 7 8 9 10 11 12 13 14 15 16; do echo logs/c line $i; done"]),
            ];
        },
        whole: true);

    public async ValueTask InitializeAsync()
    {
        await _api.InitializeAsync();
        await _api.ExpectAsync(201, "POST", "/api/v1/namespaces", """{"metadata":{"name":"samples"}}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        File.Delete(_sign);
    }

    [Fact]
    public async Task Job_ThatEnds_ComesToTheRecordedStatus()
    {
        await JobAsync("done", "x", template: """ "metadata":{"annotations":{"fake.lab/run-seconds":"0.5"}},""");
        await JobAsync("fails", "fails:1", """ "backoffLimit":0,""");
        // The refused change of a template is recorded in Go's own words for its fields.
        await PlayAsync("job-status", only: step => step.Whole("response", "status") == 200);
    }

    [Fact]
    public async Task Job_SuspendedAndReleased_ComesToTheRecordedStatus()
    {
        await JobAsync("held", "stays:1", """ "suspend":true,""", container: ""","readinessProbe":{"exec":{"command":["/bin/false"]}}""");
        await PlayAsync("job-suspend", before: async step =>
        {
            // Of the second answer the recording has a part alone.
            if (step.Map("response", "body") is { Count: 1 } part && part["nodeSelector"] is { } selector)
                step["response"]!["body"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["nodeSelector"] = selector.DeepClone() } } } };
            if (step.Text("say")!.StartsWith("suspended again", StringComparison.Ordinal))
            {
                await Controllers.Eventually.True(async () => (await PodsAsync("held")).Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");
                await _api.ExpectAsync(200, "PATCH", "/apis/batch/v1/namespaces/samples/jobs/held", """{"spec":{"suspend":true}}""", "application/merge-patch+json");
            }
        });
        foreach (var pod in await PodsAsync("held")) await _api.ExpectAsync(200, "DELETE", $"/api/v1/namespaces/samples/pods/{pod.Name()}?gracePeriodSeconds=0");
    }

    [Fact]
    public async Task Job_OverItsQuota_IsSpokenOfInTheRecordedEvent()
    {
        await _api.ExpectAsync(201, "POST", "/api/v1/namespaces/samples/resourcequotas", """{"metadata":{"name":"team"},"spec":{"hard":{"requests.cpu":"2"}}}""");
        await _api.ExpectAsync(201, "POST", "/api/v1/namespaces/samples/pods",
            """{"metadata":{"name":"used"},"spec":{"schedulerName":"none","containers":[{"name":"c","image":"stays:1","resources":{"requests":{"cpu":"500m"}}}],"schedulingGates":[{"name":"samples.lab/never"}]}}""");
        await JobAsync("over", "x", """ "backoffLimit":0,""", container: ""","resources":{"requests":{"cpu":"5"}}""");
        await PlayAsync("quota-job-event");
    }

    [Fact]
    public async Task Log_ThatIsFollowed_HasTheRecordedLinesAndEnds()
    {
        var sample = await SampleAsync("log-follow");
        await _api.ExpectAsync(201, "POST", "/api/v1/namespaces/samples/pods", """{"metadata":{"name":"logs"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"prints:1"}]}}""");
        await Controllers.Eventually.True(async () => (await _api.SendAsync("GET", "/api/v1/namespaces/samples/pods/logs/log")).Body?.ToString().Contains("line 6", StringComparison.Ordinal) == true, "six lines");

        using var request = new HttpRequestMessage(HttpMethod.Get, sample.Text("request", "line")!.Split(' ')[1]);
        using var answer = await _api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        List<string> lines = [];
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (lines.Count == 2) await File.WriteAllTextAsync(_sign, "");
        }

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.TransferEncodingChunked);
        Assert.All(lines, line => Assert.Matches(StampPattern(), line));
        Assert.Equal(sample.Items("response", "lines")!.OfType<JsonObject>().Select(line => StampPattern().Replace(line.Text("line")!.TrimEnd('\n'), "")), lines.Select(line => StampPattern().Replace(line, "")));
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]+Z ", RegexOptions.None, 1000)]
    private static partial Regex StampPattern();

    private static async Task<JsonObject> SampleAsync(string sample) =>
        (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(SharedFolder.Path("kube-api-samples", sample + ".json")))!;

    private async Task PlayAsync(string sample, Func<JsonObject, bool>? only = null, Func<JsonObject, Task>? before = null) =>
        await new SampleReplay(_api) { Patient = true, Before = before }.Play(await SampleAsync(sample), only);

    private async Task<IEnumerable<JsonObject>> PodsAsync(string job) =>
        (await _api.ExpectAsync(200, "GET", $"/api/v1/namespaces/samples/pods?labelSelector=job-name={job}")).Items("items")!.OfType<JsonObject>();

    private Task JobAsync(string name, string image, string spec = "", string container = "", string template = "") => _api.ExpectAsync(
        201, "POST", "/apis/batch/v1/namespaces/samples/jobs",
        $$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}"},"spec":{ {{spec}}"template":{ {{template}}"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"{{image}}"{{container}} }] } } } }
        """);
}
