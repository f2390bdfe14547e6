using Microsoft.Extensions.Time.Testing;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;

namespace Portal.Core.Tests.Reconciliation;

public class WorkQueueTests
{
    private static readonly ReconcileOwner A = new("Project", Guid.NewGuid());
    private static readonly ReconcileOwner B = new("Project", Guid.NewGuid());

    private readonly FakeTimeProvider _clock = new();
    private readonly WorkQueue _queue;

    public WorkQueueTests() => _queue = new WorkQueue(_clock, new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));

    [Fact]
    public async Task Add_Twice_IsTakenOnce()
    {
        _queue.Add(A);
        _queue.Add(A);
        _queue.Add(B);

        Assert.Equal(A, await _queue.TakeAsync(default));
        Assert.Equal(B, await _queue.TakeAsync(default));
        Assert.Equal(0, _queue.Depth);
    }

    // The timer, or a watch, may do so at the moment of a stop: an exception there ends the process.
    [Fact]
    public void Add_AfterTheQueueEnded_IsNoError()
    {
        _queue.Dispose();

        _queue.Touch(A);
        _queue.Add(B);

        Assert.Equal(2, _queue.Depth);
    }

    [Fact]
    public async Task Add_WhileWorkedOn_ComesBackAfterTheFinish()
    {
        _queue.Add(A);
        await _queue.TakeAsync(default);
        _queue.Add(A);
        Assert.Equal(0, _queue.Depth);

        _queue.Finish(A, ReconcileResult.Settled);

        Assert.Equal(1, _queue.Depth);
        Assert.Equal(A, await _queue.TakeAsync(default));
        _queue.Finish(A, ReconcileResult.Settled);
        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task Touch_ByTheEchoOfAPass_IsLookedAtOnceAfterAMoment()
    {
        _queue.Touch(A);
        Assert.Equal(A, await _queue.TakeAsync(default));
        _queue.Touch(A);
        _queue.Touch(A);
        _queue.Finish(A, ReconcileResult.Settled);
        _queue.Touch(A);
        Assert.Equal(0, _queue.Depth);

        _clock.Advance(WorkQueue.Echo);

        Assert.Equal(1, _queue.Depth);
        await _queue.TakeAsync(default);
        _queue.Finish(A, ReconcileResult.Settled);
        _clock.Advance(WorkQueue.Echo);
        Assert.Equal(0, _queue.Depth);
        _queue.Touch(A);
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task Touch_DuringAPassThatFails_LeavesItsDelay()
    {
        _queue.Add(A);
        await _queue.TakeAsync(default);
        _queue.Touch(A);
        _queue.Finish(A, ReconcileResult.Retry(TimeSpan.FromSeconds(10)));

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, _queue.Depth);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public void AddAfter_BeforeItsTime_WaitsAndIsCancelledByAnAdd()
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(10));
        _queue.AddAfter(B, TimeSpan.FromSeconds(5));
        _queue.AddAfter(B, TimeSpan.FromSeconds(50));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, _queue.Depth);

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(2, _queue.Depth);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, _queue.Depth);
    }

    [Fact]
    public async Task Finish_Failed_ComesBackLaterEachTime()
    {
        var waits = new List<TimeSpan>();
        _queue.Add(A);
        for (var attempt = 0; attempt < 8; attempt++)
        {
            await _queue.TakeAsync(default);
            _queue.Finish(A, ReconcileResult.Retry());
            var start = _clock.GetUtcNow();
            while (_queue.Depth == 0)
                _clock.Advance(TimeSpan.FromMilliseconds(100));
            waits.Add(_clock.GetUtcNow() - start);
        }

        Assert.True(waits[0] >= TimeSpan.FromSeconds(1));
        Assert.True(waits[3] > waits[1]);
        Assert.All(waits, w => Assert.True(w <= TimeSpan.FromSeconds(60.1)));
    }

    [Fact]
    public async Task Finish_ServerAskedToWait_WaitsAtLeastThat()
    {
        _queue.Add(A);
        await _queue.TakeAsync(default);

        _queue.Finish(A, ReconcileResult.Retry(TimeSpan.FromSeconds(30)));

        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, _queue.Depth);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, _queue.Depth);
    }

    [Fact]
    public async Task Take_ByManyWorkers_NeverGivesOneKeyToTwo()
    {
        var busy = new int[20];
        var keys = Enumerable.Range(0, busy.Length).Select(i => new ReconcileOwner("Project", new Guid(i, 0, 0, new byte[8]))).ToArray();
        var passes = 0;
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var key = await _queue.TakeAsync(stop.Token);
                var i = Array.IndexOf(keys, key);
                Assert.Equal(1, Interlocked.Increment(ref busy[i]));
                await Task.Yield();
                Interlocked.Decrement(ref busy[i]);
                Interlocked.Increment(ref passes);
                _queue.Finish(key, ReconcileResult.Settled);
            }
        })).ToArray();

        await Parallel.ForAsync(0, 5000, async (i, _) =>
        {
            _queue.Add(keys[i % keys.Length]);
            await Task.Yield();
        });
        Assert.True(SpinWait.SpinUntil(() => _queue.Depth == 0 && busy.Sum() == 0, TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();

        foreach (var worker in workers)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker);
        Assert.InRange(passes, keys.Length, 5000);
    }
}
