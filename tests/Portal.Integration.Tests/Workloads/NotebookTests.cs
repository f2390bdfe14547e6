using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
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
        var printed = await Kernel(id, kernel["id"]!.ToString()).ExecuteAsync("import os; open('kept.txt','w').write('x'); print(6 * 7)", Ct);

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

        using (var socket = await Kernel(id, kernel).ConnectAsync(Ct))
        {
            await JupyterKernel.SendAsync(socket, "import time; print('begun', flush=True); time.sleep(600)", Ct);
            // A kernel is busy with itself for a moment when it starts: this one is so with the cell.
            Assert.Equal("begun", (await JupyterKernel.PrintedAsync(socket, Ct)).Trim());
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

    private async Task Assert_NobodyElseMayOpenAsync(Guid id)
    {
        using var anonymous = stage.Portal.Anonymous();
        using var auditor = await stage.Portal.BrowserAsync("auditor");
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync($"/notebooks/{id}/api/kernels", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.GetAsync($"/notebooks/{id}/api/kernels", Ct)).StatusCode);
    }

    private async Task Assert_OtherOriginIsRefusedAsync(HttpClient browser, Guid id, string kernel)
    {
        await Assert.ThrowsAsync<WebSocketException>(() => Kernel(id, kernel).ConnectAsync(Ct, "https://elsewhere.example"));
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

    private JupyterKernel Kernel(Guid notebook, string kernel) => new(stage.Portal, notebook, kernel);

    private static StringContent JsonBody(string json) => new(json, Encoding.UTF8, "application/json");
}
