using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>One method, called by everybody on everything; what is not as the table says is noted.</summary>
internal sealed class MatrixRun(MatrixWorld world, MatrixCase entry, List<string> wrong)
{
    private readonly Permission _permission = entry.Method.GetCustomAttribute<RequiresAttribute>()?.Permission ?? Permission.PortalUse;
    private TestDatabase? _database;
    private bool _succeeded;

    public async Task AllAsync()
    {
        try
        {
            foreach (var actor in world.Actors)
            {
                await CellAsync(actor, world.Own);
                if (entry.Towards == Towards.Platform)
                    continue;
                var other = await CellAsync(actor, world.Other);
                await AbsentAsync(actor, other);
            }
            if (!_succeeded)
                wrong.Add($"{entry.Name}: nobody could carry it out, so its arguments are not valid");
        }
        finally
        {
            await RenewAsync();
        }
    }

    private async Task<Result> CellAsync(MatrixActor actor, MatrixTarget target)
    {
        var cell = $"{entry.Name} as {actor.Name} on the {target.Name} {entry.Towards}".ToLowerInvariant();
        var database = _database ??= world.Copy();
        var deniedBefore = await DeniedAsync(database);
        var result = await entry.Call(database, actor.Actor, target);
        var denied = await DeniedAsync(database) - deniedBefore;
        var roles = actor.RolesTowards(entry.Towards, target == world.Own);
        if (AccessTable.Allows(roles, _permission))
        {
            var asExpected = result.Succeeded || result.Refusal.Code == entry.RefusedWith;
            _succeeded |= asExpected;
            if (denied != 0 || (!asExpected && result.Refusal!.Kind is RefusalKind.Forbidden or RefusalKind.NotFound))
                wrong.Add($"{cell}: holds {_permission} and was refused with {result.Refusal?.Code}");
            await RenewAsync();
            return result;
        }
        if (denied != 1)
            wrong.Add($"{cell}: lacks {_permission}, and {denied} denials were audited where one has to be ({result.Refusal?.Code ?? "done"})");
        if (await DatabaseContents.ReadAsync(database) != world.Contents)
        {
            wrong.Add($"{cell}: lacks {_permission} and changed the database");
            await RenewAsync();
        }
        var kind = Sees(roles) ? RefusalKind.Forbidden : RefusalKind.NotFound;
        if (entry.Method.ReturnType.IsGenericType && entry.Method.ReturnType.GenericTypeArguments[0].IsAssignableTo(typeof(Result))
            && result.Refusal?.Kind != kind)
        {
            wrong.Add($"{cell}: the refusal is {result.Refusal?.Code ?? "missing"} and has to be a {kind}");
        }
        return result;
    }

    // Who may not see another's object must not learn that it exists.
    private async Task AbsentAsync(MatrixActor actor, Result other)
    {
        var database = _database ??= world.Copy();
        var absent = await entry.Call(database, actor.Actor, world.Absent);
        var cell = $"{entry.Name} as {actor.Name} on the absent {entry.Towards}".ToLowerInvariant();
        // Who sees everything learns nothing from being told that they may not do this to anything.
        var roles = actor.RolesTowards(entry.Towards, own: false);
        if (absent.Refusal?.Kind == RefusalKind.Forbidden && Sees(roles) && !AccessTable.Allows(roles, _permission))
            return;
        if (absent.Refusal?.Kind != RefusalKind.NotFound)
            wrong.Add($"{cell}: answered with {absent.Refusal?.Code ?? "done"} in place of not found");
        else if (!Sees(roles) && !other.Succeeded && !Same(absent.Refusal, other.Refusal))
            wrong.Add($"{cell}: {absent.Refusal.Code} can be told from {other.Refusal?.Code} on the other one");
        if (absent.Succeeded)
            await RenewAsync();
    }

    private bool Sees(Role roles) => entry.Towards switch
    {
        Towards.Platform => true,
        Towards.Team => AccessTable.Allows(roles, Permission.TeamView),
        _ => AccessTable.Allows(roles, Permission.ProjectView),
    };

    private static bool Same(Refusal one, Refusal? two) =>
        two is not null && one.Code == two.Code && one.Kind == two.Kind && one.Field == two.Field
        && one.Arguments.Count == two.Arguments.Count;

    private static async Task<int> DeniedAsync(TestDatabase database)
    {
        await using var db = await database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Denied);
    }

    private async Task RenewAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = null;
    }
}
