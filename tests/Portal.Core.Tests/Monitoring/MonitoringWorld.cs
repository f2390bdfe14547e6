using System.Globalization;
using System.Text;
using Portal.Core.Access;
using Portal.Core.Monitoring;
using Portal.Core.Projects;
using Portal.Core.Tests.Drift;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Monitoring;

/// <summary>A project with a scientist, and files of loan applications to compare.</summary>
internal sealed class MonitoringWorld(TestDatabase database, Actor scientist, Guid project) : IAsyncDisposable
{
    public static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public TestDatabase Database => database;

    public Actor Scientist => scientist;

    public Guid Project => project;

    public MonitoringService Setup => database.Get<MonitoringService>();

    public DriftIngestService Ingest => database.Get<DriftIngestService>();

    public MonitoringQueryService Query => database.Get<MonitoringQueryService>();

    public static async Task<MonitoringWorld> CreateAsync(Provider provider, PostgresServer server)
    {
        var database = await TestDatabase.CreateAsync(provider, server);
        var lead = await database.PersonAsync("lead", PlatformRole.Lead);
        var scientist = await database.PersonAsync("scientist");
        var team = await database.TeamAsync("Credit", lead, scientist);
        var project = await database.Get<ProjectService>().CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team), default);
        return new(database, scientist, project.Value);
    }

    public async Task<Guid> ModelAsync(string name = "scoring", bool withReference = true)
    {
        var id = (await Setup.CreateAsync(scientist, new ModelDraft(Guid.CreateVersion7(), project, name, "1", WindowLength.Day), default)).Value;
        if (withReference) Assert.True((await Setup.SetReferenceAsync(scientist, id, "training.csv", Reference(), ReferenceOptions.Inferred, default)).Succeeded);
        return id;
    }

    public static MemoryStream Reference() => File(Rows(1, 2000, 0));

    /// <summary>Days of 300 rows each; <paramref name="shift"/> moves amounts by standard deviations.</summary>
    public static MemoryStream Days(int first, int count, double shift, int seed = 5) =>
        File(Enumerable.Range(first, count).SelectMany(d => Rows(seed + d, 300, shift, Day.AddDays(d))), time: true);

    public static MemoryStream File(IEnumerable<string> rows, bool time = false) =>
        new(Encoding.UTF8.GetBytes($"amount,age,purpose,score{(time ? ",time" : "")}\n{string.Join('\n', rows)}\n"));

    public static IEnumerable<string> Rows(int seed, int count, double shift, DateTimeOffset? at = null)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var fields = string.Create(CultureInfo.InvariantCulture,
                $"{3000 + 900 * (Samples.Gauss(random) + shift):F2},{35 + 9 * Samples.Gauss(random):F1},{"car,home,study"[(random.Next(3) * 5)..][..3]},{Math.Clamp(0.5 + 0.1 * (Samples.Gauss(random) + shift), 0, 1):F4}");
            yield return at is { } time ? $"{fields},{time.AddMinutes(i):yyyy-MM-ddTHH:mm:ssZ}" : fields;
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
