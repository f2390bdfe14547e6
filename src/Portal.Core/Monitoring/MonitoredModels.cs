using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>Finds a monitored model and checks what the actor may do with it: every service method begins with it.</summary>
internal static class MonitoredModels
{
    public const string What = "monitored_model";

    public static async Task<Result<MonitoredModel>> OpenModelAsync(
        this PortalDb db, AccessGate gate, Actor actor, Permission permission, Guid id, CancellationToken ct)
    {
        if (await db.Set<MonitoredModel>().SingleOrDefaultAsync(m => m.Id == id, ct) is not { } model)
            return Refusal.NotFound(What);
        if (await gate.CheckAsync(db, actor, permission, Scope.Project(model.ProjectId), What, id, ct) is { } denied)
            return denied;
        return model;
    }
}
