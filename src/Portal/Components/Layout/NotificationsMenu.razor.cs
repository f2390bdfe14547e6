using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Accounts;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Quotas;
using Portal.Core.Training;

namespace Portal.Components.Layout;

/// <summary>Shows the notes and counts what is new among them.</summary>
public partial class NotificationsMenu
{
    private List<Note> _notes = [];
    private DateTimeOffset? _seenAt;
    private string _key = "";
    private int _unseen;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NoteSearch Finder { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool Concerns(RowChange change) => change.Kind is nameof(QuotaRequest) or nameof(TrainingRun) or nameof(Notebook);

    [Inject]
    private IJSRuntime Browser { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        _key = $"notes-seen-{actor.Id:N}";
        _notes = await Finder.FindAsync(actor, Gone);
        // Before the circuit is there, nobody can say what was seen.
        if (RendererInfo.IsInteractive && _seenAt is null)
        {
            var recalled = await RecallAsync();
            // The reader may have opened them meanwhile.
            _seenAt ??= recalled;
        }
        _unseen = _seenAt is { } seen ? _notes.Count(n => n.At > seen) : 0;
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
}
