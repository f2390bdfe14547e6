using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A real Jupyter, started by the portal and opened through its proxy.</summary>
public class NotebookTests(WorkloadStage stage) : IClassFixture<WorkloadStage>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notebook_Launched_RunsACellThroughTheProxyAndStops()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var id = await LaunchAsync("explore");
        using var browser = await stage.Portal.BrowserAsync("scientist");

        var page = await browser.GetAsync($"/notebooks/{id}/tree", Ct);
        var kernel = JsonNode.Parse(await (await browser.PostAsync($"/notebooks/{id}/api/kernels", JsonBody("{}"), Ct)).Content.ReadAsStringAsync(Ct))!;
        var printed = await ExecuteAsync(id, kernel["id"]!.ToString(), "import os; open('kept.txt','w').write('x'); print(6 * 7)");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain(page.Headers.GetValues("Content-Security-Policy"), p => p.Contains("default-src", StringComparison.Ordinal));
        Assert.Equal("42", printed.Trim());
        await Assert_NobodyElseMayOpenAsync(id);
        await Assert_OtherOriginIsRefusedAsync(browser, id, kernel["id"]!.ToString());
        await Assert_StopsAndKeepsFilesAsync(browser, id);
    }

    [Fact]
    public async Task Notebook_LeftAlone_IsStoppedButNeverWhileAKernelIsBusy()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var id = await LaunchAsync("idle");
        using var browser = await stage.Portal.BrowserAsync("scientist");
        var kernel = JsonNode.Parse(await (await browser.PostAsync($"/notebooks/{id}/api/kernels", JsonBody("{}"), Ct)).Content.ReadAsStringAsync(Ct))!["id"]!.ToString();
        Assert.Empty(await SweepAfterAsync(TimeSpan.FromMinutes(59)));

        using (var socket = await SocketAsync(id, kernel, stage.Portal.Address.GetLeftPart(UriPartial.Authority)))
        {
            await SendAsync(socket, "import time; time.sleep(600)");
            await Eventually.TrueAsync(async () => JsonNode.Parse(await browser.GetStringAsync($"/notebooks/{id}/api/kernels/{kernel}", Ct))!
                ["execution_state"]!.ToString() == "busy", "the kernel computes");
        }
        Assert.Empty(await SweepAfterAsync(TimeSpan.FromDays(7)));
        Assert.True((await stage.Get<NotebookService>().GetAsync(stage.Scientist, id, Ct)).Value.Notebook is { KernelBusy: true, StopsAt: null });
        using var interrupted = await browser.PostAsync($"/notebooks/{id}/api/kernels/{kernel}/interrupt", null, Ct);
        await Eventually.TrueAsync(async () => (await SweepAfterAsync(TimeSpan.FromMinutes(61))).SequenceEqual([id]), "the idle notebook is stopped");

        await StateAsync(id, WorkloadState.Stopped);
        Assert.Empty(await SweepAfterAsync(TimeSpan.FromDays(7)));
        await using var db = await stage.OpenAsync();
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.ObjectId == id && e.Action == "notebook.stopped_idle", Ct));
    }

    [Fact]
    public async Task Notebook_OnAnOrdinaryCluster_IsReachedThroughItsApiServer()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var id = await LaunchAsync("ordinary");
        using var browser = await stage.Portal.BrowserAsync("scientist");
        await MarkEmbeddedAsync(false);
        try
        {
            var route = await stage.Get<IWorkloadRoute>().ToAsync(null, "ns", "service", "10.0.0.1", 8888, Ct);
            Assert.EndsWith("/api/v1/namespaces/ns/services/service:8888/proxy", route.Prefix, StringComparison.Ordinal);

            var page = await browser.GetAsync($"/notebooks/{id}/tree", Ct);
            var kernel = JsonNode.Parse(await (await browser.PostAsync($"/notebooks/{id}/api/kernels", JsonBody("{}"), Ct)).Content.ReadAsStringAsync(Ct))!;
            var printed = await ExecuteAsync(id, kernel["id"]!.ToString(), "print(6 * 7)");

            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Equal("42", printed.Trim());
            Assert.Empty(await SweepAfterAsync(TimeSpan.FromMinutes(59)));
            await Assert_NobodyElseMayOpenAsync(id);
        }
        finally
        {
            await MarkEmbeddedAsync(true);
        }
    }

    // What tells the portal that pods are processes of this machine is a label of their nodes.
    private async Task MarkEmbeddedAsync(bool embedded)
    {
        var cluster = stage.Get<IClusters>().All.Single();
        foreach (var node in cluster.Cache.List(Kinds.Node))
        {
            var label = new JsonObject { ["portal.local/embedded"] = embedded ? "true" : null };
            await cluster.Client.PatchAsync(
                new ObjectKey(Kinds.Node, null, node.Name()), new JsonObject { ["metadata"] = new JsonObject { ["labels"] = label } }, Ct);
        }
        await Eventually.TrueAsync(() => cluster.Cache.Capabilities?.IsEmbedded == embedded, $"the cluster counts as embedded: {embedded}");
    }

    // One round of the rule, with real servers, at a later moment: the default is an hour, and no test waits for one.
    private Task<IReadOnlyList<Guid>> SweepAfterAsync(TimeSpan later) => ActivatorUtilities.CreateInstance<NotebookIdleSweep>(
        stage.Portal.Services, new FakeTimeProvider(DateTimeOffset.UtcNow + later)).StepAsync(Ct);

    private async Task<Guid> LaunchAsync(string name)
    {
        var notebooks = stage.Get<NotebookService>();
        var id = (await notebooks.LaunchAsync(stage.Scientist, new NotebookDraft(Guid.CreateVersion7(), stage.Project, name), Ct)).Value;
        await StateAsync(id, WorkloadState.Running);
        return id;
    }

    private Task StateAsync(Guid id, WorkloadState state) => Eventually.TrueAsync(async () =>
        (await stage.Get<NotebookService>().GetAsync(stage.Scientist, id, Ct)).Value.Notebook.State == state, $"the notebook is {state}");

    // The kernel's own protocol: a request on the shell channel, its output on iopub.
    private async Task<string> ExecuteAsync(Guid id, string kernel, string code)
    {
        using var socket = await SocketAsync(id, kernel, stage.Portal.Address.GetLeftPart(UriPartial.Authority));
        await SendAsync(socket, code);
        var printed = "";
        while (true)
        {
            var message = await ReceiveAsync(socket);
            if (message["msg_type"]?.ToString() == "stream")
                printed += message["content"]!["text"];
            if (message["msg_type"]?.ToString() == "status" && message["content"]!["execution_state"]!.ToString() == "idle"
                && message["parent_header"]?["msg_id"]?.ToString() == "m1")
            {
                return printed;
            }
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string code)
    {
        var request = new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["msg_id"] = "m1", ["username"] = "", ["session"] = "s1", ["msg_type"] = "execute_request", ["version"] = "5.3", ["date"] = "",
            },
            ["parent_header"] = new JsonObject(),
            ["metadata"] = new JsonObject(),
            ["content"] = new JsonObject
            {
                ["code"] = code, ["silent"] = false, ["store_history"] = true, ["user_expressions"] = new JsonObject(), ["allow_stdin"] = false,
            },
            ["channel"] = "shell",
            ["buffers"] = new JsonArray(),
        };
        return socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, true, Ct);
    }

    private async Task<ClientWebSocket> SocketAsync(Guid id, string kernel, string origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.SetRequestHeader("Cookie", string.Join("; ", (await stage.Portal.CookiesAsync("scientist")).Select(c => $"{c.Name}={c.Value}")));
        var address = new UriBuilder(stage.Portal.Address) { Scheme = "ws", Path = $"/notebooks/{id}/api/kernels/{kernel}/channels", Query = "session_id=s1" };
        await socket.ConnectAsync(address.Uri, Ct);
        return socket;
    }

    private static async Task<JsonNode> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        using var text = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, Ct);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonNode.Parse(Encoding.UTF8.GetString(text.ToArray()))!;
        }
    }

    private async Task Assert_NobodyElseMayOpenAsync(Guid id)
    {
        using var anonymous = stage.Portal.Anonymous();
        using var auditor = await stage.Portal.BrowserAsync("auditor");
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync($"/notebooks/{id}/api/kernels", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetAsync($"/notebooks/{id}/api/kernels", Ct)).StatusCode);
    }

    private async Task Assert_OtherOriginIsRefusedAsync(HttpClient browser, Guid id, string kernel)
    {
        await Assert.ThrowsAsync<WebSocketException>(() => SocketAsync(id, kernel, "https://elsewhere.example"));
        using var forged = new HttpRequestMessage(HttpMethod.Post, $"/notebooks/{id}/api/kernels") { Content = JsonBody("{}") };
        forged.Headers.Add("Origin", "https://elsewhere.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(forged, Ct)).StatusCode);
    }

    private async Task Assert_StopsAndKeepsFilesAsync(HttpClient browser, Guid id)
    {
        Assert.True((await stage.Get<NotebookService>().StopAsync(stage.Scientist, id, Ct)).Succeeded);
        await StateAsync(id, WorkloadState.Stopped);
        Assert.True((await stage.Get<NotebookService>().StartAsync(stage.Scientist, id, Ct)).Succeeded);
        await StateAsync(id, WorkloadState.Running);
        await Eventually.TrueAsync(async () =>
            (await browser.GetAsync($"/notebooks/{id}/api/contents/kept.txt", Ct)).StatusCode == HttpStatusCode.OK, "the file is there after a stop and a start");
        Assert.True((await stage.Get<NotebookService>().DeleteAsync(stage.Scientist, id, Ct)).Succeeded);
        await Eventually.TrueAsync(async () =>
            (await stage.Get<NotebookService>().GetAsync(stage.Scientist, id, Ct)).Refusal?.Code == "notebook.not_found", "the notebook is gone");
    }

    private static StringContent JsonBody(string json) => new(json, Encoding.UTF8, "application/json");
}
