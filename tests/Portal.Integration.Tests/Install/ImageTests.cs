using Microsoft.Extensions.Configuration;
using Portal.Testing.Files;

namespace Portal.Integration.Tests.Install;

/// <summary>What the image sets, against the settings file that it carries.</summary>
public class ImageTests
{
    // In the container's own loopback nobody would reach it, and Urls of a file go before the ports of a base image.
    [Fact]
    public void Image_ListensOnEveryAddressOfThePortThatItExposes()
    {
        var lines = File.ReadAllLines(Repository.At("Dockerfile"));
        var variables = lines.Where(l => l.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(l => l[4..].Split(' ')).Select(v => v.Split('=', 2))
            .ToDictionary(v => v[0].Replace("__", ":", StringComparison.Ordinal), v => (string?)v[1]);
        var port = lines.Single(l => l.StartsWith("EXPOSE ", StringComparison.Ordinal))[7..];

        var settings = new ConfigurationBuilder().AddJsonFile(Repository.At("src", "Portal", "appsettings.json")).AddInMemoryCollection(variables).Build();

        Assert.Equal($"http://*:{port}", settings["urls"]);
    }
}
