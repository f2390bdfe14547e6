using System.Diagnostics;
using Portal.LocalCluster.Node;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Node;

public class WatchdogTests
{
    [Fact]
    public async Task Watchdog_ItsPipeCloses_KillsWhatCarriesTheMarkAndNothingElse()
    {
        string boot = Guid.NewGuid().ToString("N");
        using Process marked = Sleep(boot);
        using Process other = Sleep("other");
        using (new Watchdog(boot)) Assert.False(marked.HasExited);

        await Eventually.True(() => marked.HasExited, "the marked process is killed");

        Assert.False(other.HasExited);
        other.Kill();
    }

    private static Process Sleep(string boot)
    {
        ProcessStartInfo start = new("/bin/sleep", "600");
        start.Environment[ProcessTree.BootVariable] = boot;
        return Process.Start(start)!;
    }
}
