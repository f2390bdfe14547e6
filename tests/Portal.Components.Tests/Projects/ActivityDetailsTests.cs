using Portal.Components.Pages.Projects.Activity;

namespace Portal.Components.Tests.Projects;

public class ActivityDetailsTests
{
    [Theory]
    [InlineData("""{"size":["S","M"],"region":["","eu-west"]}""", "size: S → M, region: – → eu-west")]
    [InlineData("""{"name":"Fraud","pool":"5a3b1e00-0000-7000-8000-000000000002","reason":"","x":null}""", "name: Fraud")]
    [InlineData("""{"until":"2026-12-23T17:29:21.0842612+00:00","amount":2}""", "until: 2026-12-23 17:29Z, amount: 2")]
    [InlineData("{}", "")]
    public void Of_Details_SaysWhatAReaderWantsToKnow(string details, string expected) =>
        Assert.Equal(expected, ActivityDetails.Of(details));
}
