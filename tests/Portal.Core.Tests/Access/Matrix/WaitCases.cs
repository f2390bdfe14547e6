using Portal.Core.Waiting;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class WaitCases : MatrixCases
{
    public WaitCases()
    {
        Case<WaitService>(nameof(WaitService.OfTrainingAsync), Towards.Project, async (s, actor, target) => await s.OfTrainingAsync(actor, target["run"], default));
        Case<WaitService>(nameof(WaitService.OfNotebookAsync), Towards.Project, async (s, actor, target) => await s.OfNotebookAsync(actor, target["notebook"], default));
    }
}
