using static Portal.Core.Health.Causes.EvidenceSource;
using static Portal.Core.Workloads.WorkloadState;

namespace Portal.Core.Health.Causes;

/// <summary>What the API server answers when it does not take an object. Its Status has one reason for many causes, so the text decides.</summary>
internal static class AnswerRules
{
    public static readonly CauseRule[] All =
    [
        // "only what is over, sorted": the first name stands for all; the rest is in the detail.
        new(Answer, "", "namespace.quota_exceeded", Pending,
            "exceeded quota: [^,]+, requested: (?<resource>[^=]+)=(?<requested>[^,]+).*?, used: .*?(?<=[ ,])\\k<resource>=(?<used>[^,]+).*?, limited: .*?(?<=[ ,])\\k<resource>=(?<limited>[^,\\s]+)"),
        new(Answer, "", "namespace.quota_unstated", Attention, "failed quota: .*must specify (?<resource>\\S+) for"),
        new(Answer, "", "namespace.limit_range", Attention, "(maximum|minimum) (?<resource>\\S+) usage per \\w+ is (?<limit>[^,\\s]+)"),
        new(Answer, "", "namespace.security", Attention, "violates PodSecurity|unable to validate against any security context constraint"),
        new(Answer, "", "namespace.terminating", Attention, "because it is being terminated"),
        new(Answer, "", "cluster.webhook_down", Attention, "failed calling webhook \"(?<webhook>[^\"]+)\""),
        new(Answer, "", "cluster.policy_denied", Attention, "admission webhook \"(?<policy>[^\"]+)\" denied the request"),
        new(Answer, "", "cluster.policy_denied", Attention, "ValidatingAdmissionPolicy '(?<policy>[^']+)'.* denied request"),
        new(Answer, "", "admission.no_account", Attention, "service ?account \"?([\\w-]+/)?(?<account>[\\w.-]+)\"? (was )?not found"),
        new(Answer, "", "cluster.kind_missing", Attention, "no matches for kind|could not find the requested resource"),
        new(Answer, "", "cluster.forbidden", Attention, "User \"[^\"]+\" cannot \\w+ resource"),
    ];
}
