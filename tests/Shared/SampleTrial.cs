using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Testing.Web;

/// <summary>What the sample makes, found by its fixed ids.</summary>
public static class SampleTrial
{
    public static readonly Guid Team = Id(1);
    public static readonly Guid Pool = Id(2);
    public static readonly Guid Project = Id(3);
    public static readonly Guid Request = Id(5);
    public static readonly Guid Run = Id(7);
    public static readonly Guid Model = Id(8);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Waits until the sample is there whole: its training is the last of it, and what that leaves behind is cleared away.</summary>
    /// <exception cref="TimeoutException">It did not come, or its training did not end well.</exception>
    public static async Task WaitAsync(RunningPortal portal)
    {
        var scientist = await portal.ActorAsync("scientist");
        var training = portal.Services.GetRequiredService<TrainingService>();
        for (var until = DateTime.UtcNow + Patience; DateTime.UtcNow < until; await Task.Delay(200))
        {
            if (await training.GetAsync(scientist, Run, default) is { Succeeded: true, Value.Run: { State: WorkloadState.Succeeded, Cleared: true } })
                return;
        }
        throw new TimeoutException("the sample's training did not end well");
    }

    private static Guid Id(int number) => new($"5a3b1e00-0000-7000-8000-{number:d12}");
}
