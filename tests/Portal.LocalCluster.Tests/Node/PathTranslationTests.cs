using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Tests.Node;

public class PathTranslationTests
{
    private readonly PathTranslation _paths = new(
    [
        KeyValuePair.Create("/data", "/host/volumes/data"),
        KeyValuePair.Create("/data/models", "/host/volumes/models"),
        KeyValuePair.Create("/home/jovyan/", "/host/home"),
    ]);

    [Theory]
    [InlineData("/data", "/host/volumes/data")]
    [InlineData("/data/train.csv", "/host/volumes/data/train.csv")]
    [InlineData("/data/models/one", "/host/volumes/models/one")]
    [InlineData("--dir=/home/jovyan/work", "--dir=/host/home/work")]
    [InlineData("/lib:/data:/data/models", "/lib:/host/volumes/data:/host/volumes/models")]
    [InlineData("cat '/data/a' > /data/b; ls /data", "cat '/host/volumes/data/a' > /host/volumes/data/b; ls /host/volumes/data")]
    [InlineData("open(\"/data/x\")", "open(\"/host/volumes/data/x\")")]
    [InlineData("/database", "/database")]
    [InlineData("/data-old/x", "/data-old/x")]
    [InlineData("/srv/data/x", "/srv/data/x")]
    [InlineData("http://host/data/x", "http://host/data/x")]
    [InlineData("$(HOME)/data", "$(HOME)/data")]
    public void Translate_MountPaths_BecomeTheirFolders(string text, string expected) => Assert.Equal(expected, _paths.Translate(text));

    [Fact]
    public void Translate_NoMounts_LeavesTextAlone() => Assert.Equal("/data", new PathTranslation([]).Translate("/data"));
}
