using System.Text.RegularExpressions;

namespace Portal.Architecture.Tests;

/// <summary>
/// What people speak to may be a process whose account changes nothing in a cluster and asks for no single object: only what the
/// reconciler runs calls what does.
/// </summary>
public partial class ClusterWriteTests
{
    [Fact]
    public void Calls_BeyondWhatIsFollowed_AreMadeByReconcilersAlone() =>
        Assert.Empty(SourceFiles.Of("src/Portal.Core").Concat(SourceFiles.Of("src/Portal")).Concat(SourceFiles.Of("src/Portal.Infrastructure"))
            .Where(f => !IsOfTheReconciler(f.Path) && Call().IsMatch(f.Text)).Select(f => f.Path));

    [Theory]
    [InlineData("await cluster.Client.ApplyAsync(manifest, ct)")]
    [InlineData("await clusters.Get(id).Client.DeleteAsync(key, ct)")]
    [InlineData("changes.Add(await cluster.Writer.PreviewAsync(type, manifest, ct))")]
    [InlineData("var events = await cluster.EventsAsync(ns, name, pod, ct)")]
    [InlineData("cluster.Client.FindAsync(new ObjectKey(Kinds.Secret, ns, name), ct)")]
    public void Call_BeyondWhatIsFollowed_IsFound(string text) => Assert.Matches(Call(), text);

    // The last only offers what reconcilers ask for, by a method that is looked for too.
    private static bool IsOfTheReconciler(string path) =>
        path.EndsWith("Reconciler.cs", StringComparison.Ordinal) || path.EndsWith("/ProjectSteps.cs", StringComparison.Ordinal)
        || path.EndsWith("/WorkloadCluster.cs", StringComparison.Ordinal);

    [GeneratedRegex(@"\bClient\.(Apply|Patch|Delete|Find|List)Async\(|\bWriter\.\w+Async\(|\.EventsAsync\(")]
    private static partial Regex Call();
}
