using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Training;

namespace Portal.Components.Pages.Training;

/// <summary>Follows the log while the run goes on and reads the kept one afterwards.</summary>
public partial class RunLog : IDisposable
{
    private const int ShownLines = 500;
    private const int KeptLines = 20_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private List<string> _lines = [];
    private string _rest = "";
    private string _search = "";
    private (Guid, bool, bool) _reading;

    [Parameter, EditorRequired]
    public Guid RunId { get; set; }

    [Parameter]
    public bool IsRunning { get; set; }

    [Parameter]
    public bool HasEnded { get; set; }

    [Inject]
    private TrainingLogs Logs { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Training> W { get; set; } = default!;

    private List<string> Shown
    {
        get
        {
            lock (_lock)
            {
                return _search.Length == 0 ? [.. _lines.TakeLast(ShownLines)]
                    : [.. _lines.Where(l => l.Contains(_search, StringComparison.OrdinalIgnoreCase)).TakeLast(ShownLines)];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_reading == (RunId, IsRunning, HasEnded))
            return;
        _reading = (RunId, IsRunning, HasEnded);
        if (!IsRunning || !RendererInfo.IsInteractive)
            await ReadAsync();
        else
            _ = FollowAsync(_reading);
    }

    private async Task ReadAsync()
    {
        var log = await Logs.ReadAsync(await Current.GetAsync(), RunId, _gone.Token);
        if (!log.Succeeded)
            return;
        lock (_lock)
            (_lines, _rest) = ([.. log.Value.Text.TrimEnd('\n').Split('\n').Where((l, i) => i > 0 || l.Length > 0).TakeLast(KeptLines)], "");
    }

    // The stream ends with the container; then the page is told of the end and reads what was kept.
    private async Task FollowAsync((Guid, bool, bool) reading)
    {
        try
        {
            var following = await Logs.FollowAsync(await Current.GetAsync(), RunId, _gone.Token);
            if (!following.Succeeded)
                return;
            lock (_lock)
                (_lines, _rest) = ([], "");
            var drawn = Environment.TickCount64;
            await foreach (var piece in following.Value.WithCancellation(_gone.Token))
            {
                if (_reading != reading)
                    return;
                Append(piece);
                if (Environment.TickCount64 - drawn < Pause.TotalMilliseconds)
                {
                    _ = DrawSoonAsync();
                    continue;
                }
                drawn = Environment.TickCount64;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or HttpRequestException)
        {
            // The reader has left, or the cluster ended the stream; the next change of the run reads again.
        }
    }

    private int _drawing;

    private async Task DrawSoonAsync()
    {
        if (Interlocked.Exchange(ref _drawing, 1) == 1)
            return;
        try
        {
            await Task.Delay(Pause, _gone.Token);
            Interlocked.Exchange(ref _drawing, 0);
            await InvokeAsync(StateHasChanged);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The reader has left.
        }
    }

    private void Append(string piece)
    {
        lock (_lock)
        {
            var parts = (_rest + piece).Split('\n');
            _rest = parts[^1];
            _lines.AddRange(parts[..^1]);
            if (_lines.Count > KeptLines)
                _lines.RemoveRange(0, _lines.Count - KeptLines);
        }
    }

    private void Search(ChangeEventArgs change) => _search = change.Value as string ?? "";
}
