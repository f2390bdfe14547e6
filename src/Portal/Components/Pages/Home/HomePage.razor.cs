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
    private const int Newest = 40;
    private const int Shown = 8;

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
        var runs = Take(await Runs.ForPersonAsync(actor, new ListQuery(Take: Newest), null, Gone))?.Items ?? [];
        _running = [.. runs.Where(r => r.State is WorkloadState.Running or WorkloadState.Starting or WorkloadState.Stopping).Take(Shown)];
        _waiting = [.. runs.Where(r => r.State is WorkloadState.Pending or WorkloadState.Attention).Take(Shown)];
        _toDecide = Take(await Quotas.CountToDecideAsync(actor, Gone));
        var mine = Take(await Quotas.MineAsync(actor, new ListQuery(Take: Newest), Gone))?.Items ?? [];
        _requests = [.. mine.Where(r => r.State is QuotaState.Submitted or QuotaState.Approved).Take(Shown)];
        var models = Take(await Models.ListAsync(actor, new ListQuery(Take: Newest), null, Gone))?.Items ?? [];
        _drifted = [.. models.Where(m => m.AlertSince is not null).Take(Shown)];
        _pools = Take(await Pools.PoolsAsync(actor, Gone)) ?? [];
        _projects = Take(await Projects.ListAsync(actor, new ListQuery(Take: Shown), new ProjectFilter(), Gone))?.Items ?? [];
    }
}
