using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>
/// How the service methods of one feature are called in the authorization matrix. To add yours:
/// <list type="number">
/// <item>write one file <c>Access/Matrix/YourFeatureCases.cs</c> with a class deriving from this one; it is found by itself;</item>
/// <item>in <see cref="SeedAsync"/> store the rows your methods need, once for each target, and note their ids:
/// <c>target["notebook"] = row.Id</c>;</item>
/// <item>in the constructor add one <see cref="Case{TService}"/> for each public method that takes an Actor, with arguments
/// that succeed for whoever holds the permission; use <c>target.ProjectId</c>, <c>target.TeamId</c> and
/// <c>target["notebook"]</c>, never ids of your own, since the same call is made on the own, another and an absent project.</item>
/// </list>
/// The matrix calls it as every role on every target and compares with <see cref="AccessTable"/> and [Requires].
/// </summary>
internal abstract class MatrixCases
{
    public List<MatrixCase> All { get; } = [];

    /// <summary>Stores what the feature's methods need in the team and project of <paramref name="target"/>.</summary>
    public virtual Task SeedAsync(TestDatabase database, MatrixTarget target) => Task.CompletedTask;

    /// <summary>Registers what the feature's services need beyond <c>AddPortalCore</c>.</summary>
    public virtual void Configure(IServiceCollection services)
    {
    }

    /// <summary>Adds a method.</summary>
    /// <param name="towards">What the method's permission is held towards.</param>
    /// <param name="call">Calls it with valid arguments.</param>
    /// <param name="refusedWith">Code of the refusal that even a holder gets here, for methods that cannot succeed in the seeded world.</param>
    protected void Case<TService>(
        string method, Towards towards, Func<TService, Actor, MatrixTarget, Task<Result>> call, string? refusedWith = null)
        where TService : notnull =>
        All.Add(new MatrixCase(
            $"{typeof(TService).Name}.{method}",
            typeof(TService).GetMethod(method)!,
            towards,
            (database, actor, target) => call(database.Get<TService>(), actor, target),
            refusedWith));
}

/// <summary>What a permission is held towards.</summary>
internal enum Towards { Platform, Team, Project }

/// <summary>A registered method.</summary>
internal sealed record MatrixCase(
    string Name,
    System.Reflection.MethodInfo Method,
    Towards Towards,
    Func<TestDatabase, Actor, MatrixTarget, Task<Result>> Call,
    string? RefusedWith);

/// <summary>A team with a project, and the ids of what the features stored in them.</summary>
internal sealed record MatrixTarget(string Name, Guid TeamId, Guid ProjectId)
{
    private readonly Dictionary<string, Guid> _ids = [];

    /// <summary>The id of a seeded object; for the absent target an id that is nowhere.</summary>
    public Guid this[string what]
    {
        get => _ids.TryGetValue(what, out var id) ? id : Absent;
        set => _ids[what] = value;
    }

    private static Guid Absent { get; } = Guid.NewGuid();
}
