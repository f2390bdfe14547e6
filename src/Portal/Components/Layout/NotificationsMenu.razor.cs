using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Accounts;
using Portal.Core.Data;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Layout;

/// <summary>Collects what the menu shows and counts what is new.</summary>
public partial class NotificationsMenu
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private List<Note> _notes = [];
    private DateTimeOffset _seenAt;
    private int _unseen;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private QuotaQueryService Quotas { get; set; } = default!;

    [Inject]
    private TrainingList Runs { get; set; } = default!;

    [Inject]
    private Navigation Entries { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool Concerns(RowChange change) => change.Kind is nameof(QuotaRequest) or nameof(TrainingRun);

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        var now = Clock.GetUtcNow();
        var notes = new List<Note>();
        var waiting = await Quotas.CountToDecideAsync(actor, Gone);
        if (waiting is { Succeeded: true, Value: > 0 } && Entries.Serves("/approvals"))
            notes.Add(new Note(W["notes.approvals", waiting.Value], "/approvals", Icons.Material.Outlined.FactCheck, now));
        var runs = await Runs.ForPersonAsync(actor, new ListQuery(Take: 20), null, Gone);
        if (runs.Succeeded && Entries.Serves("/training/{Id:guid}"))
            notes.AddRange(runs.Value.Items.Where(r => r.FinishedAt > now - Kept).OrderByDescending(r => r.FinishedAt).Take(6).Select(NoteOf));
        _notes = notes;
        _unseen = notes.Count(n => n.At > _seenAt);
    }

    private Note NoteOf(TrainingRow run) => run.State == WorkloadState.Failed
        ? new Note(W["notes.failed", run.Name], $"/training/{run.Id}", Icons.Material.Outlined.Cancel, run.FinishedAt!.Value)
        : new Note(W["notes.succeeded", run.Name], $"/training/{run.Id}", Icons.Material.Outlined.CheckCircle, run.FinishedAt!.Value);

    private void Seen(bool open)
    {
        if (open)
            (_seenAt, _unseen) = (Clock.GetUtcNow(), 0);
    }

    private sealed record Note(string Text, string Path, string Icon, DateTimeOffset At);
}
