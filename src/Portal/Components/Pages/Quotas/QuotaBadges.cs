using Portal.Components.Shared;
using Portal.Core.Quotas;

namespace Portal.Components.Pages.Quotas;

/// <summary>Quota requests in the one vocabulary of states. Pure.</summary>
public static class QuotaBadges
{
    /// <summary>The badge of a request.</summary>
    public static Badge Of(QuotaState state) => state switch
    {
        QuotaState.Submitted => Badge.Pending,
        QuotaState.Approved => Badge.Starting,
        QuotaState.Active => Badge.Running,
        QuotaState.Rejected => Badge.Failed,
        _ => Badge.Stopped,
    };
}
