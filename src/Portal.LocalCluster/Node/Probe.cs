using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>One question to a container over HTTP, TCP or a command.</summary>
internal static class Probe
{
    /// <summary>A connection for each question: one kept open would hold up a container that serves one at a time.</summary>
    private static readonly HttpClient Http = new(
        new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.Zero });

    /// <returns>Null when all is well, else why not.</returns>
    public static async Task<string?> FailureAsync(PodContext pod, JsonObject container, JsonObject probe, TimeSpan timeout, CancellationToken ct)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            if (probe.Map("httpGet") is { } get) return await HttpAsync(pod, container, get, limit.Token);
            if (probe.Map("tcpSocket") is { } tcp) return await TcpAsync(pod, container, tcp, limit.Token);
            return probe.Map("exec") is { } exec ? await ExecAsync(pod, container, exec, limit.Token) : null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return FormattableString.Invariant($"no answer within {timeout.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or NotReadyException or System.ComponentModel.Win32Exception)
        {
            return failure.Message;
        }
    }

    private static async Task<string?> HttpAsync(PodContext pod, JsonObject container, JsonObject get, CancellationToken ct)
    {
        UriBuilder address = new((get.Text("scheme") ?? "http").ToLowerInvariant(), Host(pod, get), Port(container, get));
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address.Uri, get.Text("path") ?? "/"));
        foreach (JsonObject header in get.Each("httpHeaders")) request.Headers.TryAddWithoutValidation(header.Text("name") ?? "", header.Text("value"));
        using HttpResponseMessage answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        int code = (int)answer.StatusCode;
        return code is >= 200 and < 400 ? null : FormattableString.Invariant($"HTTP probe failed with statuscode: {code}");
    }

    private static async Task<string?> TcpAsync(PodContext pod, JsonObject container, JsonObject tcp, CancellationToken ct)
    {
        using TcpClient client = new();
        await client.ConnectAsync(Host(pod, tcp), Port(container, tcp), ct);
        return null;
    }

    private static async Task<string?> ExecAsync(PodContext pod, JsonObject container, JsonObject exec, CancellationToken ct)
    {
        JsonObject probing = container.Copy();
        probing["command"] = exec["command"]?.DeepClone();
        probing.Remove("args");
        if (pod.Agent.Images.Find(container.Text("image") ?? "", out string refusal) is not { } image) return refusal;
        ContainerPlan plan = ContainerPlan.From(pod.Objects, pod.Pod, probing, image, pod.Folders, pod.Volumes);
        ProcessStartInfo start = new(plan.Command[0], plan.Command.Skip(1)) { WorkingDirectory = plan.WorkingDirectory };
        start.Environment.Clear();
        foreach ((string name, string value) in plan.Environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(ct);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return process.ExitCode == 0 ? null : FormattableString.Invariant($"exit code {process.ExitCode}");
    }

    private static string Host(PodContext pod, JsonObject target) => target.Text("host") ?? pod.Pod.Text("status", "podIP") ?? "127.0.0.1";

    private static int Port(JsonObject container, JsonObject target)
    {
        if (target.Whole("port") is { } number) return (int)number;
        string name = target.Text("port") ?? "";
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int written)) return written;
        return (int?)container.Each("ports").FirstOrDefault(port => port.Text("name") == name)?.Whole("containerPort")
            ?? throw new NotReadyException("Unhealthy", $"couldn't find port: {name}");
    }
}
