using Microsoft.AspNetCore.Components;
using Portal.Accounts;
using Portal.Core.Audit;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Audit;

/// <summary>The audit log; its filters are the address.</summary>
public partial class AuditPage
{
    private AuditVerification? _verification;
    private Refusal? _refused;

    [SupplyParameterFromQuery]
    private string? Actor { get; set; }

    [SupplyParameterFromQuery]
    private string? Action { get; set; }

    [SupplyParameterFromQuery(Name = "type")]
    private string? ObjectType { get; set; }

    [SupplyParameterFromQuery(Name = "object")]
    private Guid? ObjectId { get; set; }

    [SupplyParameterFromQuery]
    private DateOnly? From { get; set; }

    [SupplyParameterFromQuery]
    private DateOnly? Until { get; set; }

    [SupplyParameterFromQuery]
    private bool Denied { get; set; }

    [Inject]
    private AuditService Log { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private ReaderZone Zone { get; set; } = default!;

    private AuditSelection Filter => new(Actor, Action, ObjectType, ObjectId, From, Until, Denied);

    private async Task<Result<Page<AuditEntry>>> LoadAsync(ListQuery query, CancellationToken ct) =>
        await Log.ListAsync(await Current.GetAsync(), Filter.In(Zone), query, ct);

    private async Task VerifyAsync()
    {
        var result = await Log.VerifyAsync(await Current.GetAsync(), CancellationToken.None);
        (_verification, _refused) = (result.Succeeded ? result.Value : null, result.Refusal);
    }
}
