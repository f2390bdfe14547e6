using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Core.Access;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Layout;

/// <summary>Finds what asks for the reader, and what became of their requests and work within the last day.</summary>
public sealed class NoteSearch(
    QuotaQueryService quotas, TrainingList runs, StoppedWork stopped, TimeProvider clock, IStringLocalizer<Resources.Shell> words)
{
    private const int PerKind = 6;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>The notes: what has to be decided first, then the latest of each kind.</summary>
    public async Task<List<Note>> FindAsync(Actor actor, CancellationToken ct)
    {
        var since = clock.GetUtcNow() - Kept;
        var notes = new List<Note>();
        var waiting = await quotas.CountToDecideAsync(actor, ct);
        if (waiting is { Succeeded: true, Value: > 0 } && await quotas.NewestToDecideAsync(actor, ct) is { Succeeded: true, Value: { } newest })
            notes.Add(new Note(words["notes.approvals", waiting.Value], "/approvals", Icons.Material.Outlined.FactCheck, newest));
        if (await quotas.AnswersSinceAsync(actor, since, PerKind, ct) is { Succeeded: true, Value: var answers })
            notes.AddRange(answers.Select(Of));
        var taken = await stopped.ByOthersSinceAsync(actor, since, PerKind, ct) is { Succeeded: true, Value: var items } ? items : [];
        notes.AddRange(taken.Select(Of));
        // Whose run somebody else stopped is told once, and by whom.
        if (await runs.EndedSinceAsync(actor, since, PerKind, ct) is { Succeeded: true, Value: var ended })
            notes.AddRange(ended.Where(r => r.State != WorkloadState.Stopped || taken.All(t => t.Id != r.Id)).Select(Of));
        return notes;
    }

    private Note Of(QuotaAnswer answer)
    {
        var (key, icon) = answer.Action switch
        {
            QuotaAction.Approved => ("notes.quota_approved", Icons.Material.Outlined.CheckCircle),
            QuotaAction.ApprovedLess => ("notes.quota_less", Icons.Material.Outlined.CheckCircle),
            QuotaAction.Rejected => ("notes.quota_rejected", Icons.Material.Outlined.Cancel),
            QuotaAction.Reclaimed => ("notes.quota_reclaimed", Icons.Material.Outlined.Cancel),
            _ => ("notes.quota_expired", Icons.Material.Outlined.EventBusy),
        };
        return new Note(words[key, answer.Amount, answer.Pool, answer.Project], $"/quotas/{answer.RequestId}", icon, answer.At);
    }

    private Note Of(StoppedItem item) => item.IsNotebook
        ? new Note(words["notes.notebook_stopped_by", item.Name, item.By], $"/notebook/{item.Id}", Icons.Material.Outlined.StopCircle, item.At)
        : new Note(words["notes.stopped_by", item.Name, item.By], $"/training/{item.Id}", Icons.Material.Outlined.StopCircle, item.At);

    private Note Of(TrainingRow run)
    {
        var (key, icon) = run.State switch
        {
            WorkloadState.Failed => ("notes.failed", Icons.Material.Outlined.Cancel),
            WorkloadState.Stopped => ("notes.stopped", Icons.Material.Outlined.StopCircle),
            _ => ("notes.succeeded", Icons.Material.Outlined.CheckCircle),
        };
        return new Note(words[key, run.Name], $"/training/{run.Id}", icon, run.FinishedAt!.Value);
    }
}
