using Microsoft.AspNetCore.Components;
using Portal.Accounts;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Monitoring;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Pages.Home;

/// <summary>One look at everything of the reader: each panel is another feature's service.</summary>
public partial class HomePage
{
    private const int Shown = 8;

    private static readonly WorkloadState[] Running = [WorkloadState.Running, WorkloadState.Starting, WorkloadState.Stopping];
    private static readonly WorkloadState[] Waiting = [WorkloadState.Pending, WorkloadState.Attention];
    private static readonly QuotaState[] Asked = [QuotaState.Submitted, QuotaState.Approved];

    private int _toDecide;
    private IReadOnlyList<TrainingRow> _running = [];
    private IReadOnlyList<TrainingRow> _waiting = [];
    private IReadOnlyList<QuotaRow> _requests = [];
    private IReadOnlyList<MonitoredModelRow> _drifted = [];
    private IReadOnlyList<PoolView> _pools = [];
    private IReadOnlyList<ProjectRow> _projects = [];

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private ProjectQueryService Projects { get; set; } = default!;

    [Inject]
    private QuotaQueryService Quotas { get; set; } = default!;

    [Inject]
    private PoolQueryService Pools { get; set; } = default!;

    [Inject]
    private MonitoringQueryService Models { get; set; } = default!;

    [Inject]
    private TrainingList Runs { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool Concerns(RowChange change) =>
        change.Kind is nameof(Project) or nameof(QuotaRequest) or nameof(TrainingRun) or nameof(HardwarePool) or nameof(MonitoredModel);

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        var first = new ListQuery(Take: Shown);
        _running = Take(await Runs.InStatesAsync(actor, first, Running, Gone))?.Items ?? [];
        _waiting = Take(await Runs.InStatesAsync(actor, first, Waiting, Gone))?.Items ?? [];
        _toDecide = Take(await Quotas.CountToDecideAsync(actor, Gone));
        _requests = Take(await Quotas.MineAsync(actor, first, Gone, Asked))?.Items ?? [];
        // Those with an alert come first.
        var models = Take(await Models.ListAsync(actor, first, null, Gone))?.Items ?? [];
        _drifted = [.. models.Where(m => m.AlertSince is not null)];
        _pools = Take(await Pools.PoolsAsync(actor, Gone)) ?? [];
        _projects = Take(await Projects.ListAsync(actor, first, new ProjectFilter(), Gone))?.Items ?? [];
    }
}
