using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Components.Pages.Workloads;

/// <summary>Follows the log of a run or a notebook while it goes on, and reads what there is of it otherwise.</summary>
public partial class LogPanel : IDisposable
{
    private const int ShownLines = 500;
    private const int KeptLines = 20_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AgainAtMost = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource _following = new();
    private readonly Lock _lock = new();
    private List<string> _lines = [];
    private string _rest = "";
    private string _search = "";
    private (Guid, bool, bool) _reading;

    /// <summary>What it is the log of.</summary>
    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    /// <summary>Where all of it can be downloaded.</summary>
    [Parameter, EditorRequired]
    public string Address { get; set; } = "";

    /// <summary>Reads it as it is now.</summary>
    [Parameter, EditorRequired]
    public Func<Actor, CancellationToken, Task<Result<LogText>>> Read { get; set; } = default!;

    /// <summary>Reads it as it is written.</summary>
    [Parameter, EditorRequired]
    public Func<Actor, CancellationToken, Task<Result<IAsyncEnumerable<string>>>> Follow { get; set; } = default!;

    [Parameter]
    public bool IsRunning { get; set; }

    [Parameter]
    public bool HasEnded { get; set; }

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Workloads> W { get; set; } = default!;

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
        _following.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_reading == (Id, IsRunning, HasEnded))
            return;
        _reading = (Id, IsRunning, HasEnded);
        // A stream of before ends now, not only when its program next says something. Taken before it is waited for: parameters may
        // change once more meanwhile, and each of these ends what it found.
        var (before, now) = (_following, CancellationTokenSource.CreateLinkedTokenSource(_gone.Token));
        _following = now;
        await before.CancelAsync();
        before.Dispose();
        if (_following != now)
            return;
        if (!IsRunning || !RendererInfo.IsInteractive)
            await ReadAsync();
        else
            _ = FollowAsync(now.Token);
    }

    private async Task ReadAsync()
    {
        var asked = _reading;
        var log = await Read(await Current.GetAsync(), _gone.Token);
        // What was asked for later says more.
        if (!log.Succeeded || asked != _reading)
            return;
        lock (_lock)
            (_lines, _rest) = ([.. log.Value.Text.TrimEnd('\n').Split('\n').Where((l, i) => i > 0 || l.Length > 0).TakeLast(KeptLines)], "");
    }

    // A run that others' work pushed out starts again in another pod, and a cluster ends streams as it likes: while the run goes on,
    // so does this. Once the run has ended, the page says so and what was kept is read.
    private async Task FollowAsync(CancellationToken ct)
    {
        try
        {
            var (pause, began) = (Again, Clock.GetTimestamp());
            while (await FollowOnceAsync(ct))
            {
                // Longer each time: a run that waits for a new place, or whose first node has ended, has nothing to say for a while.
                pause = Clock.GetElapsedTime(began) > AgainAtMost * 2 ? Again : pause * 2 < AgainAtMost ? pause * 2 : AgainAtMost;
                await Task.Delay(pause, Clock, ct);
                began = Clock.GetTimestamp();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The reader has left, or reads another.
        }
    }

    // False when nothing more will come of it.
    private async Task<bool> FollowOnceAsync(CancellationToken ct)
    {
        try
        {
            var following = await Follow(await Current.GetAsync(), ct);
            if (!following.Succeeded)
                return false;
            // Every stream begins with the first line of its pod, so its first piece takes the place of what is shown.
            var begins = true;
            var drawn = Environment.TickCount64;
            await foreach (var piece in following.Value.WithCancellation(ct))
            {
                if (ct.IsCancellationRequested)
                    return false;
                Append(piece, begins);
                begins = false;
                if (Environment.TickCount64 - drawn < Pause.TotalMilliseconds)
                {
                    _ = DrawSoonAsync();
                    continue;
                }
                drawn = Environment.TickCount64;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception e) when (e is ClusterException or IOException or HttpRequestException)
        {
            // The cluster ended the stream.
        }
        return true;
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

    private void Append(string piece, bool begins)
    {
        lock (_lock)
        {
            if (begins)
                (_lines, _rest) = ([], "");
            var parts = (_rest + piece).Split('\n');
            _rest = parts[^1];
            _lines.AddRange(parts[..^1]);
            if (_lines.Count > KeptLines)
                _lines.RemoveRange(0, _lines.Count - KeptLines);
        }
    }

    private void Search(ChangeEventArgs change) => _search = change.Value as string ?? "";
}
