using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>pods/log: what a container has printed, and goes on printing.</summary>
internal sealed class LogRequests(ObjectRegistry registry, IEnumerable<IPodLogs> sources, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public async Task Read(ApiRequest request)
    {
        var pod = registry.Get(request.Type, request.Namespace, request.Name!).Read();
        Validate(request);
        var container = Container(request, pod);
        CheckStarted(pod, container);
        var since = request.Whole("sinceSeconds") is { } seconds ? clock.GetUtcNow().AddSeconds(-seconds)
            : DateTimeOffset.TryParse(request.Text("sinceTime"), System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : (DateTimeOffset?)null;
        var wanted = new PodLogRequest(
            request.Namespace!, request.Name!, container, request.Flag("follow"), (int?)request.Whole("tailLines"), request.Flag("timestamps"), request.Flag("previous"), since);
        var response = request.Context.Response;
        response.ContentType = "text/plain";
        request.Context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync(request.Aborted);
        if (wanted.Follow) await response.Body.FlushAsync(request.Aborted);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, lifetime.ApplicationStopping);
        var left = request.Whole("limitBytes") ?? long.MaxValue;
        foreach (var source in sources)
        {
            await foreach (var line in source.Read(wanted, stop.Token))
            {
                var bytes = Encoding.UTF8.GetBytes(line + "\n");
                await response.Body.WriteAsync(bytes.AsMemory(0, (int)Math.Min(bytes.Length, left)), stop.Token);
                if (wanted.Follow) await response.Body.FlushAsync(stop.Token);
                if ((left -= bytes.Length) <= 0) return;
            }
        }
    }

    private static void Validate(ApiRequest request)
    {
        var causes = new Causes();
        if (request.Whole("tailLines") is < 0 and var tail) causes.Invalid("tailLines", JsonValue.Create(tail), "must be greater than or equal to 0");
        if (request.Whole("limitBytes") is < 1 and var limit) causes.Invalid("limitBytes", JsonValue.Create(limit), "must be greater than 0");
        if (request.Whole("sinceSeconds") is < 1 and var since) causes.Invalid("sinceSeconds", JsonValue.Create(since), "must be greater than 0");
        if (causes.Any) throw Refusals.Invalid("PodLogOptions", "", "PodLogOptions", request.Name!, causes);
    }

    /// <summary>The container that is meant, which must be named where there are several.</summary>
    public static string Container(ApiRequest request, JsonObject pod)
    {
        List<string> Names(string list) => [.. (pod.Items("spec", list) ?? []).OfType<JsonObject>().Select(container => container.Text("name") ?? "")];
        var (containers, initial) = (Names("containers"), Names("initContainers"));
        if (request.Text("container") is { } named)
        {
            return containers.Contains(named) || initial.Contains(named) ? named
                : throw Refusals.BadRequest($"container {named} is not valid for pod {request.Name}");
        }
        if (containers.Count == 1) return containers[0];
        if (pod.Annotation("kubectl.kubernetes.io/default-container") is { } usual && containers.Contains(usual)) return usual;
        throw Refusals.BadRequest($"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', containers)}]"
            + (initial.Count > 0 ? $" or one of the init containers: [{string.Join(' ', initial)}]" : ""));
    }

    private static void CheckStarted(JsonObject pod, string container)
    {
        if (string.IsNullOrEmpty(pod.Text("spec", "nodeName")))
            throw Refusals.BadRequest($"pod {pod.Name()} does not have a host assigned");
        var status = ((string[])["containerStatuses", "initContainerStatuses"])
            .SelectMany(list => pod.Items("status", list)?.OfType<JsonObject>() ?? []).FirstOrDefault(status => status.Text("name") == container);
        var waiting = status is null && pod.Text("status", "phase") is "Pending" or null ? "ContainerCreating" : status?.Text("state", "waiting", "reason");
        if (waiting is null || status?.Map("lastState", "terminated") is not null) return;
        var why = waiting is "ErrImagePull" or "ImagePullBackOff" ? "trying and failing to pull image" : waiting;
        throw Refusals.BadRequest($"container \"{container}\" in pod \"{pod.Name()}\" is waiting to start: {why}");
    }
}
