using Portal.Core.Clusters;
using Portal.Core.Clusters.Questions;
using Portal.Core.Results;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// Tries clusters where this process acts with a reading account of its own: what the installation's account may do is asked of
/// the process that works with it, clusters with credentials of their own are tried from here.
/// </summary>
internal sealed class AskingProbe(ClusterProbe probe, ClusterQuestions questions) : IClusterProbe
{
    public Result<ClusterWay> Read(ClusterCredentials given) => probe.Read(given);

    public async Task<ClusterCheck> TryAsync(ClusterRegistration cluster, CancellationToken ct)
    {
        if (cluster.Connection is not (ClusterConnectionKind.Installation or ClusterConnectionKind.InCluster))
            return await probe.TryAsync(cluster, ct);
        var answer = await questions.AskAsync<RightsAsked, ClusterCheck>(null, ClusterQuestionKind.Rights, new RightsAsked(cluster.Connection), ct);
        return answer.Succeeded ? answer.Value : ClusterCheck.Failed("check.no_answer");
    }
}
