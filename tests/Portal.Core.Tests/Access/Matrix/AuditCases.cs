using Portal.Core.Audit;
using Portal.Core.Results;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class AuditCases : MatrixCases
{
    public AuditCases()
    {
        Case<AuditService>("ListAsync", Towards.Platform, async (s, actor, _) => await s.ListAsync(actor, new AuditFilter(), new ListQuery(), default));
        Case<AuditService>("ExportAsync", Towards.Platform, async (s, actor, _) => await s.ExportAsync(actor, new AuditFilter(), default));
        Case<AuditService>("VerifyAsync", Towards.Platform, async (s, actor, _) => await s.VerifyAsync(actor, default));
    }
}
