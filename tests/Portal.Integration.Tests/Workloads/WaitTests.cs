using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A run that waits in a real queue, and what the portal says of it until it starts.</summary>
public class WaitTests(WorkloadStage stage) : IClassFixture<WorkloadStage>
{
    private const string Long = "import time; time.sleep(3600)";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BeyondTheQuota_SaysWhatItIsShortOfAndStartsWhenThatIsFree()
    {
        // A small project has eight cores: two of these, and the third waits.
        var first = await LaunchAsync("first");
        var second = await LaunchAsync("second");
        await Eventually.TrueAsync(async () => await StateAsync(first) is not WorkloadState.Pending && await StateAsync(second) is not WorkloadState.Pending,
            "two runs have their quota");
        var third = await LaunchAsync("third");
        await Eventually.TrueAsync(async () => (await stage.Get<WaitService>().OfTrainingAsync(stage.Scientist, third, Ct)).Value is { Kind: WaitKind.Quota, Position: 1 },
            "the third says that it waits for quota");
        using var api = await stage.Portal.ApiAsync("scientist");
        var said = await api.GetFromJsonAsync<JsonObject>($"/api/v1/training/{third}/wait", Ct);

        var cores = said!["resources"]!.AsArray().Single(r => r!["resource"]!.ToString() == "cpu")!;
        Assert.Equal(("true", "Quota", "1"), (said["waits"]!.ToString(), said["kind"]!.ToString(), said["position"]!.ToString()));
        Assert.Equal((4m, 0m, 4m), ((decimal)cores["needed"]!, (decimal)cores["free"]!, (decimal)cores["shortBy"]!));
        Assert.Equal(8m, said["holders"]!.AsArray().Sum(h => (decimal)h!["amount"]!));
        Assert.Equal("0", said["tooFewRuns"]!.ToString());

        await stage.Get<TrainingService>().StopAsync(stage.Scientist, first, Ct);
        await Eventually.TrueAsync(async () => await StateAsync(third) is not WorkloadState.Pending, "the third has left the queue");
        foreach (var id in new[] { second, third })
            await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct);
    }

    private async Task<Guid> LaunchAsync(string name) => (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist,
        new TrainingDraft(Guid.CreateVersion7(), stage.Project, name) { Code = Long, SizeId = "large" }, Ct)).Value;

    private async Task<WorkloadState> StateAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value.Run.State;
}
