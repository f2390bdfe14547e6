using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Accounts;
using Portal.Core.Data;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Layout;

/// <summary>Collects what the menu shows and counts what is new.</summary>
public partial class NotificationsMenu
{
    private const int Ends = 6;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private List<Note> _notes = [];
    private DateTimeOffset? _seenAt;
    private string _key = "";
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

    [Inject]
    private IJSRuntime Browser { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        _key = $"notes-seen-{actor.Id:N}";
        var notes = new List<Note>();
        var waiting = await Quotas.CountToDecideAsync(actor, Gone);
        if (waiting is { Succeeded: true, Value: > 0 } && Entries.Serves("/approvals") && await Quotas.NewestToDecideAsync(actor, Gone) is { Succeeded: true, Value: { } newest })
            notes.Add(new Note(W["notes.approvals", waiting.Value], "/approvals", Icons.Material.Outlined.FactCheck, newest));
        var ended = await Runs.EndedSinceAsync(actor, Clock.GetUtcNow() - Kept, Ends, Gone);
        if (ended.Succeeded && Entries.Serves("/training/{Id:guid}"))
            notes.AddRange(ended.Value.Select(NoteOf));
        _notes = notes;
        // Before the circuit is there, nobody can say what was seen.
        if (RendererInfo.IsInteractive)
            _seenAt ??= await RecallAsync();
        _unseen = _seenAt is { } seen ? notes.Count(n => n.At > seen) : 0;
    }

    // What was seen is kept in the browser, where it outlives the circuit.
    private async Task<DateTimeOffset?> RecallAsync()
    {
        try
        {
            // Without a token: the circuit's own time-out ends what a lost connection leaves unanswered.
            var kept = await Browser.InvokeAsync<string?>("localStorage.getItem", _key);
            return DateTimeOffset.TryParseExact(kept, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var seen) ? seen : default;
        }
        catch (JSException)
        {
            // A browser that keeps nothing for us.
            return default(DateTimeOffset);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // Not answered: asked again by the next load.
            return null;
        }
    }

    private Note NoteOf(TrainingRow run) => run.State == WorkloadState.Failed
        ? new Note(W["notes.failed", run.Name], $"/training/{run.Id}", Icons.Material.Outlined.Cancel, run.FinishedAt!.Value)
        : new Note(W["notes.succeeded", run.Name], $"/training/{run.Id}", Icons.Material.Outlined.CheckCircle, run.FinishedAt!.Value);

    private async Task SeenAsync(bool open)
    {
        if (!open || _notes.Count == 0)
            return;
        var newest = _notes.Max(n => n.At);
        (_seenAt, _unseen) = (_seenAt > newest ? _seenAt : newest, 0);
        try
        {
            await Browser.InvokeVoidAsync("localStorage.setItem", _key, _seenAt?.ToString("O", CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // A browser that keeps nothing for us, or has gone.
        }
    }

    private sealed record Note(string Text, string Path, string Icon, DateTimeOffset At);
}
