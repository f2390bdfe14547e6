using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

/// <summary>A seeded database with somebody in every role; tests work on copies of it.</summary>
internal sealed class MatrixWorld
{
    public static readonly IReadOnlyList<MatrixCases> Features =
    [
        .. typeof(MatrixWorld).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(MatrixCases)))
            .OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (MatrixCases)Activator.CreateInstance(t)!),
    ];

    private static readonly Lazy<Task<MatrixWorld>> Shared = new(SeedAsync);

    private readonly byte[] _template;

    private MatrixWorld(byte[] template, MatrixTarget own, MatrixTarget other, IReadOnlyList<MatrixActor> actors) =>
        (_template, Own, Other, Actors) = (template, own, other, actors);

    public MatrixTarget Own { get; }

    public MatrixTarget Other { get; }

    public MatrixTarget Absent { get; } = new("absent", Guid.NewGuid(), Guid.NewGuid());

    public IReadOnlyList<MatrixActor> Actors { get; }

    public string Contents { get; private init; } = "";

    public static Task<MatrixWorld> GetAsync() => Shared.Value;

    /// <summary>A copy to break.</summary>
    public TestDatabase Copy() => TestDatabase.From(_template, Configure);

    private static async Task<MatrixWorld> SeedAsync()
    {
        var database = await TestDatabase.CreateAsync(Provider.Sqlite, new PostgresServer(), Configure);
        var actors = await MatrixActor.AllAsync(database);
        var own = await TargetAsync(database, "own", actors);
        var other = await TargetAsync(database, "other", []);
        foreach (var feature in Features)
        {
            await feature.SeedAsync(database, own);
            await feature.SeedAsync(database, other);
        }
        return new MatrixWorld(database.Snapshot(), own, other, actors) { Contents = await DatabaseContents.ReadAsync(database) };
    }

    private static void Configure(IServiceCollection services)
    {
        foreach (var feature in Features)
            feature.Configure(services);
    }

    private static async Task<MatrixTarget> TargetAsync(TestDatabase database, string name, IReadOnlyList<MatrixActor> actors)
    {
        var lead = await database.PersonAsync(name + "-boss");
        await database.PersonAsync(name + "-guest");
        var teamId = await database.TeamAsync(name + " team", lead);
        await using var db = await database.OpenAsync();
        var project = new ProjectDraft(Guid.CreateVersion7(), name + " project", teamId).ToProject(lead, database.Clock.GetUtcNow());
        foreach (var actor in actors)
        {
            if (actor.InTeam is { } teamRole)
                db.Add(new TeamMember { TeamId = teamId, PersonId = actor.Actor.Id, Role = teamRole });
            if (actor.InProject is { } projectRole)
                project.Members.Add(new ProjectMember { ProjectId = project.Id, PersonId = actor.Actor.Id, Role = projectRole });
        }
        db.Add(project);
        await db.SaveChangesAsync();
        return new MatrixTarget(name, teamId, project.Id);
    }
}
