using Xunit;

namespace Portal.Testing.Waiting;

/// <summary>Waits for a condition, with a deadline that only a broken program reaches.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="what">What is waited for, as the failure says it.</param>
    public static Task TrueAsync(Func<bool> condition, string what, CancellationToken ct = default) =>
        TrueAsync(() => Task.FromResult(condition()), () => what, ct);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="what">What is waited for, as the failure says it.</param>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, CancellationToken ct = default) =>
        TrueAsync(condition, () => what, ct);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="what">What is waited for and what is there instead, asked when the time is up.</param>
    /// <param name="patience">The deadline, where two minutes are not enough for a busy machine.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, CancellationToken ct = default, TimeSpan? patience = null)
    {
        var deadline = patience ?? Deadline;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct, TestContext.Current.CancellationToken);
        late.CancelAfter(deadline);
        while (!await condition())
        {
            if (late.IsCancellationRequested)
                Assert.Fail($"Waited {deadline.TotalSeconds:0} s in vain: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }
}
