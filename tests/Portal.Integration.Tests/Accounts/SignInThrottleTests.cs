using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portal.Accounts;
using Portal.Testing.Web;

namespace Portal.Integration.Tests.Accounts;

public class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.7");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Attempts_FromOneAddress_AreBoundedForAMinute()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < SignInThrottle.Limit; i++)
            Assert.True(throttle.TryBegin(Here));

        Assert.False(throttle.TryBegin(Here));
        Assert.True(throttle.TryBegin(IPAddress.Parse("192.0.2.8")));
        _clock.Advance(SignInThrottle.Window);
        Assert.True(throttle.TryBegin(Here));
    }

    [Fact]
    public void Attempts_ThatSucceed_DoNotCount()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 10 * SignInThrottle.Limit; i++)
        {
            Assert.True(throttle.TryBegin(Here));
            throttle.Succeeded(Here);
        }
    }

    [Fact]
    public void Addresses_OfOneIPv6Network_CountTogether()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < SignInThrottle.Limit; i++)
            Assert.True(throttle.TryBegin(IPAddress.Parse($"2001:db8::{i + 1:x}")));

        Assert.False(throttle.TryBegin(IPAddress.Parse("2001:db8::ffff")));
        Assert.True(throttle.TryBegin(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public async Task SignIn_WithManyNames_IsAnsweredTooManyRequests()
    {
        await using var portal = await RunningPortal.StartAsync();
        using var client = portal.Anonymous();
        var (sent, last) = (0, HttpStatusCode.OK);
        // Where a machine is so busy that the time of the first is over, they are counted anew.
        for (; last != HttpStatusCode.TooManyRequests && sent < 3 * SignInThrottle.Limit; sent++)
        {
            using var wrong = await TrialAccount.SendFormAsync(client, $"nobody-{sent}", "wrong");
            last = wrong.StatusCode;
            Assert.True(sent >= SignInThrottle.Limit || last == HttpStatusCode.OK, $"{last} after {sent}");
        }

        using var answer = await TrialAccount.SendFormAsync(client, "scientist", portal.PasswordOf("scientist"));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Contains("Too many attempts from your address", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
