using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Portal.Hosting;

namespace Portal.Integration.Tests.Hosting;

public class PortalPartTests
{
    [Fact]
    public void Part_NotSaid_IsAll()
    {
        var settings = From();

        Assert.Equal((PortalPart.All, true, true), (settings.Part, settings.ServesPeople, settings.Reconciles));
    }

    [Theory]
    [InlineData("Web", true, false)]
    [InlineData("reconciler", false, true)]
    public void Part_OnPostgresAndACluster_DoesItsShare(string part, bool serves, bool reconciles)
    {
        var settings = From(("Portal:Part", part), ("Cluster:Mode", "InCluster"), ("Database:Postgres", "Host=db"));

        Assert.Equal((serves, reconciles), (settings.ServesPeople, settings.Reconciles));
    }

    [Theory]
    [InlineData("Web", "InCluster", "", "SQLite file serves one process only")]
    [InlineData("Reconciler", "InCluster", "", "SQLite file serves one process only")]
    [InlineData("Web", "Embedded", "Host=db", "both parts need the same cluster")]
    [InlineData("Reconciler", "None", "Host=db", "both parts need the same cluster")]
    [InlineData("Half", "InCluster", "Host=db", "it can be All, Web, Reconciler")]
    public void Part_WithoutWhatBothShare_IsRefusedInASentence(string part, string mode, string postgres, string said)
    {
        var refused = Assert.Throws<OptionsValidationException>(
            () => From(("Portal:Part", part), ("Cluster:Mode", mode), ("Database:Postgres", postgres)));

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cluster:RequestsPerSecond", "0")]
    [InlineData("Cluster:RequestsPerSecond", "-5")]
    [InlineData("Cluster:RequestsPerSecond", "many")]
    [InlineData("Cluster:Burst", "0")]
    public void Rate_ThatSendsNothing_IsRefusedInASentence(string key, string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => From((key, value)));

        Assert.Contains($"{key} is '{value}'; it can be 1 or more.", refused.Message, StringComparison.Ordinal);
    }

    private static PortalSettings From(params (string Key, string Value)[] given) => PortalSettings.From(
        new ConfigurationBuilder().AddInMemoryCollection(given.Select(g => KeyValuePair.Create(g.Key, (string?)g.Value))).Build());
}
