using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Portal.LocalCluster;
using Portal.LocalCluster.Node;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A cluster elsewhere: its pods are reached through the API server, and the catalogue's own images run.</summary>
public class OrdinaryClusterTests(OrdinaryStage stage) : IClassFixture<OrdinaryStage>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notebook_IsOpenedAndItsCellRunThroughTheApiServer()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var notebooks = stage.Get<NotebookService>();
        var id = (await notebooks.LaunchAsync(stage.Scientist, new NotebookDraft(Guid.CreateVersion7(), stage.Project, "far"), Ct)).Value;
        await Eventually.TrueAsync(async () => (await notebooks.GetAsync(stage.Scientist, id, Ct)).Value.Notebook.State == WorkloadState.Running, "the notebook runs");
        var route = await stage.Get<IWorkloadRoute>().ToAsync((await stage.ProjectAsync()).ClusterId, "ns", "pod-0", "10.0.0.1", 8888, Ct);
        Assert.EndsWith("/api/v1/namespaces/ns/pods/pod-0:8888/proxy", route.Prefix, StringComparison.Ordinal);
        using var browser = await stage.Portal.BrowserAsync("scientist");

        var page = await browser.GetAsync($"/notebooks/{id}/tree", Ct);
        using var nothing = new StringContent("{}", Encoding.UTF8, "application/json");
        var started = await (await browser.PostAsync($"/notebooks/{id}/api/kernels", nothing, Ct)).Content.ReadAsStringAsync(Ct);
        Assert.StartsWith("{\"id\":", started.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var kernel = JsonNode.Parse(started)!["id"]!.ToString();
        var printed = await new JupyterKernel(stage.Portal, id, kernel).ExecuteAsync("print(6 * 7)", Ct);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("42", printed.Trim());
        // The page's links as Jupyter wrote them: each is found behind the portal.
        var text = await page.Content.ReadAsStringAsync(Ct);
        Assert.DoesNotContain("/api/v1/", text, StringComparison.Ordinal);
        var style = Regex.Match(text, $"""href="(?<link>/notebooks/{id}/static/[^"]+\.css[^"]*)""", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["link"].Value;
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(style, Ct)).StatusCode);
        Assert.Equal($"/notebooks/{id}/tree", (await browser.GetAsync($"/notebooks/{id}/", Ct)).Headers.Location?.OriginalString.Split('?')[0]);
        // The idle rule reads it by the same way.
        Assert.NotNull(await stage.Get<INotebookActivity>().ReadAsync(await TargetAsync(id), Ct));
    }

    private async Task<NotebookTarget> TargetAsync(Guid id) => (await stage.Get<NotebookEndpoints>().OpenAsync(stage.Scientist, id, Ct)).Value;
}

/// <summary>
/// The embedded cluster without the mark that tells it from others. In place of the catalogue's Jupyter image it runs the
/// distribution's, whose options have their older names.
/// </summary>
public sealed class OrdinaryStage : WorkloadStage
{
    private readonly string _programs;

    public OrdinaryStage() : this(Directory.CreateTempSubdirectory("portal-programs-").FullName)
    {
    }

    private OrdinaryStage(string programs) : base(options => Shape(options, programs)) => _programs = programs;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_programs, recursive: true);
    }

    private static void Shape(LocalClusterOptions options, string programs)
    {
        var start = Path.Combine(programs, "start-notebook.py");
        File.WriteAllText(start, "#!/bin/sh\nexec /usr/bin/jupyter-notebook --allow-root $(printf '%s ' \"$@\" | sed s/ServerApp/NotebookApp/g)\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(start, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = new Core.Catalog.Catalogue(new()).Images.Single(i => i.Id == "jupyter").Reference;
        options.Images.Add(new KnownImage(image, "Jupyter", [])
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = programs + ":/usr/bin:/bin", ["SHELL"] = "/bin/sh" },
        });
        foreach (var node in options.Nodes)
            node.Labels[NodeRegistration.Embedded] = "false";
    }
}
