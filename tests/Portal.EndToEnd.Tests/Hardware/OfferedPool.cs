using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Hardware;
using Portal.Testing.Waiting;
using Portal.Testing.Web;

namespace Portal.EndToEnd.Tests.Hardware;

/// <summary>A pool of what the nodes offer, for stories that need one and do not care which.</summary>
internal static class OfferedPool
{
    /// <summary>The pool of the first accelerators that are proposed; made where none covers them yet.</summary>
    /// <param name="sample">True where the portal makes its sample: that takes the first of them for its own pool.</param>
    public static async Task<HardwarePool> MakeAsync(RunningPortal portal, bool sample)
    {
        if (sample)
            await SampleTrial.WaitAsync(portal);
        var admin = await portal.ActorAsync("admin");
        var pools = portal.Services.GetRequiredService<PoolQueryService>();
        await Eventually.TrueAsync(async () => (await pools.ProposalsAsync(admin, default)).Value.Count > 0, "the nodes are seen");
        var proposal = (await pools.ProposalsAsync(admin, default)).Value[0];
        if (proposal.CoveredBy is null)
        {
            await portal.Services.GetRequiredService<HardwareService>().CreateAsync(
                admin,
                new PoolDraft(Guid.CreateVersion7(), proposal.Name, proposal.ResourceName, proposal.Count, 2.5m) { NodeLabels = proposal.Labels, Taints = proposal.Taints },
                default);
        }
        return (await pools.PoolsAsync(admin, default)).Value.First(p => p.Pool.ResourceName == proposal.ResourceName).Pool;
    }
}
