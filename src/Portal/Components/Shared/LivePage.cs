using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Components.Shared;

/// <summary>
/// A page or a part of one that loads itself, and again when rows that concern it change: at once, and at most four times a second.
/// Put its markup inside <see cref="PageState"/>, which shows loading, refusal and error.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private CultureInfo _culture = CultureInfo.CurrentCulture;
    private CultureInfo _uiCulture = CultureInfo.CurrentUICulture;
    private IDisposable? _subscription;
    private int _waiting;
    private long _lastLoad;
    private Task _loads = Task.CompletedTask;
    private bool _queued;

    /// <summary>True once the first load came back, whatever it brought.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Set by <see cref="LoadAsync"/> when the service refused; <see cref="PageState"/> shows it.</summary>
    public Refusal? Refused { get; protected set; }

    /// <summary>What the last load threw, or null.</summary>
    public Exception? Failure { get; private set; }

    [Inject]
    private IChangeFeed Feed { get; set; } = default!;

    /// <summary>Cancelled when the reader leaves the page.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>How often it loads again though no row changed, for what the watches see; null for never.</summary>
    protected virtual TimeSpan? Every => null;

    /// <summary>Loads again from the services and draws.</summary>
    public Task ReloadAsync() => InvokeAsync(async () =>
    {
        await LoadGuardedAsync();
        StateHasChanged();
    });

    /// <summary>Reads what the page shows. Exceptions are shown as an error with retry.</summary>
    protected abstract Task LoadAsync();

    /// <summary>True when a committed change may alter what the page shows. Called on other threads: look at ids only.</summary>
    protected abstract bool Concerns(RowChange change);

    /// <summary>The value of a result, or the default with <see cref="Refused"/> set.</summary>
    protected T? Take<T>(Result<T> result)
    {
        Refused = result.Refusal;
        return result.Succeeded ? result.Value : default;
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _culture = CultureInfo.CurrentCulture;
        _uiCulture = CultureInfo.CurrentUICulture;
        if (!RendererInfo.IsInteractive)
            return;
        _subscription = Feed.Subscribe(OnChange);
        if (Every is { } pause)
            _ = FollowAsync(pause);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => LoadGuardedAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the subscription; a page that holds more overrides it and calls this.</summary>
    protected virtual void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        _gone.Cancel();
    }

    // What a load reads, a page keeps in fields: one load after the other, so that none that began earlier overwrites a later one. One
    // that has not begun yet reads all that was to be read up to then: nobody needs another behind it.
    private Task LoadGuardedAsync()
    {
        if (!_queued)
        {
            _queued = true;
            _loads = LoadAfterAsync(_loads);
        }
        return _loads;
    }

    private async Task LoadAfterAsync(Task former)
    {
        await former;
        _queued = false;
        try
        {
            await LoadAsync();
            Failure = null;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            Failure = exception;
        }
        _lastLoad = Stopwatch.GetTimestamp();
        IsLoaded = true;
    }

    private async Task FollowAsync(TimeSpan pause)
    {
        using var timer = new PeriodicTimer(pause);
        try
        {
            while (await timer.WaitForNextTickAsync(_gone.Token))
                await RefreshAsync();
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private void OnChange(RowChange change)
    {
        if ((change.IsEverything || Concerns(change)) && Interlocked.Exchange(ref _waiting, 1) == 0)
            _ = RefreshAsync();
    }

    private async Task RefreshAsync()
    {
        var rest = Pause - Stopwatch.GetElapsedTime(_lastLoad);
        try
        {
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, _gone.Token);
            await InvokeAsync(async () =>
            {
                // However much changes while a load runs, one more load reads it all.
                await _loads;
                Interlocked.Exchange(ref _waiting, 0);
                // The change came on a thread that knows nothing of the reader's language.
                (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (_culture, _uiCulture);
                await LoadGuardedAsync();
                StateHasChanged();
            });
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The reader has left.
        }
    }
}
