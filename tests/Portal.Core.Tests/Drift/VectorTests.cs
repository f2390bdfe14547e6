using Portal.DriftVectors;

namespace Portal.Core.Tests.Drift;

public class VectorTests
{
    [Fact]
    public void PublicVectors_ExactAndFromSketches_AllPass()
    {
        using var output = new StringWriter();
        var code = VectorSuite.Run(RepositoryFiles.Path("tests/data/drift/vectors-public.json"), output);
        Assert.True(code == 0, output.ToString());
        Assert.EndsWith(" passed, 0 failed", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsSaidAndFails()
    {
        using var output = new StringWriter();
        Assert.Equal(2, VectorSuite.Run("/no/such/vectors.json", output));
        Assert.Contains("no such file", output.ToString(), StringComparison.Ordinal);
    }
}
