using Portal.Core.Results;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>How steps wait for what they asked for, and take no refusal.</summary>
internal static class Asked
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Task UntilAsync(Func<Task<bool>> condition, Func<string> what) => Eventually.TrueAsync(condition, what, Ct, Patience);

    public static T Value<T>(Result<T> result)
    {
        Done(result);
        return result.Value;
    }

    public static void Done(Result result) => Assert.True(result.Succeeded, result.Refusal?.Code);
}
