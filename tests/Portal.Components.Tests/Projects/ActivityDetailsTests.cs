using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Portal.Components.Pages.Projects.Activity;
using Portal.Components.Tests.Shared;
using Portal.Localization;

namespace Portal.Components.Tests.Projects;

public class ActivityDetailsTests : PortalContext
{
    [Theory]
    [InlineData("""{"size":["S","M"],"region":["","eu-west"]}""", "Size: Small → Medium, Region: – → eu-west")]
    [InlineData("""{"name":"Fraud","pool":"5a3b1e00-0000-7000-8000-000000000002","reason":"","x":null}""", "Name: Fraud")]
    [InlineData("""{"until":"2026-12-23T17:29:21.0842612+00:00","amount":2}""", "Until: 2026-12-23 17:29, Accelerators: 2")]
    [InlineData("""{"member ben":["Viewer",null],"intent":["Active","Archived"],"permission":"ProjectEdit"}""", "ben: Viewer → –")]
    [InlineData("""{"step":"Queue","reason":"cluster.throttled","critical":true,"newer":"S"}""", "Step: Queue, Reason: The cluster is busy and asked to wait, Critical: yes, newer: S")]
    [InlineData("{}", "")]
    public void Of_Details_SaysWhatAReaderWantsToKnow(string details, string expected) => Assert.Equal(expected, Of(details));

    [Fact]
    public void Of_Details_SpeaksTheReadersLanguage()
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("zh-Hans");

        Assert.Equal("规格：小 → 中, ben：查看者 → –", Of("""{"size":["S","M"],"member ben":["Viewer",null]}"""));
        Assert.Equal("窗口：每天", Of("""{"window":"Day"}"""));
    }

    private string Of(string details) => new ActivityDetails(
        Services.GetRequiredService<Words>(), Services.GetRequiredService<IStringLocalizer<Resources.Projects>>()).Of(details);
}
