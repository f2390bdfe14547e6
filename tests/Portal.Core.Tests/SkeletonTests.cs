namespace Portal.Core.Tests;

public class SkeletonTests
{
    [Fact]
    public void Build_TargetsNet10() => Assert.Equal(10, Environment.Version.Major);
}
