using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Tests.Node;

public class ImageCatalogueTests
{
    [Fact]
    public void Find_UnknownImage_NamesWhatThisTrialCanRun()
    {
        Assert.Null(new ImageCatalogue(KnownImage.Defaults).Find("quay.io/org/train:1", out string refusal));

        Assert.Contains("quay.io/org/train:1", refusal, StringComparison.Ordinal);
        foreach (KnownImage image in KnownImage.Defaults) Assert.Contains(image.Name, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ProgramMissing_NamesThePackage()
    {
        KnownImage image = new("localhost/r:4", "R", ["/usr/bin/none-such"]) { Requires = ["/usr/bin/none-such"], Package = "r-base" };

        Assert.Null(new ImageCatalogue([image]).Find("localhost/r:4", out string refusal));

        Assert.Contains("/usr/bin/none-such", refusal, StringComparison.Ordinal);
        Assert.Contains("r-base", refusal, StringComparison.Ordinal);
    }
}
