using Portal.Core.Clusters;

namespace Portal.Core.Tests.Clusters;

public class ClusterHealthTests
{
    [Theory]
    [InlineData(null, 60, ClusterState.Unreachable)]
    [InlineData(5, null, ClusterState.Ready)]
    [InlineData(100, null, ClusterState.Ready)]
    [InlineData(200, null, ClusterState.Stale)]
    [InlineData(5, 3, ClusterState.Ready)]
    [InlineData(15, 14, ClusterState.Stale)]
    public void State_ByAgeAndUnansweredQuestions_IsOldSoonWhenItDoesNotAnswer(int? age, int? silence, ClusterState state) =>
        Assert.Equal(state, ClusterHealth.State(ClusterCheck.None, Span(age), Span(silence)));

    [Theory]
    [InlineData("check.unauthorized", ClusterState.Attention)]
    [InlineData("check.no_rights", ClusterState.Attention)]
    [InlineData("check.unreachable", ClusterState.Ready)]
    public void State_WhileItAnswers_IsThatOfTheAccount(string problem, ClusterState state) =>
        Assert.Equal(state, ClusterHealth.State(ClusterCheck.Failed(problem), TimeSpan.FromSeconds(5), null));

    // What may not be listed is old for ever: the missing right is what can be mended.
    [Theory]
    [InlineData(null, ClusterState.Attention)]
    [InlineData(3600, ClusterState.Stale)]
    public void State_WithAKindThatMayNotBeListed_NamesTheRightWhileItAnswers(int? silence, ClusterState state) =>
        Assert.Equal(state, ClusterHealth.State(ClusterCheck.None with { Missing = ["list rayjobs"] }, TimeSpan.FromHours(1), Span(silence)));

    private static TimeSpan? Span(int? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
}
