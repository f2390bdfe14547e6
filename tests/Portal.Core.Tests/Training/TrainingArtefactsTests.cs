using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Core.Tests.Notebooks;
using Portal.Core.Training;
using Portal.Infrastructure.Storage;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Training;

public class TrainingArtefactsTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Save_ThatArrivesAtOnce_KeepsTheBoundTogether(Provider provider)
    {
        // Both are told that there is room, and have arrived before either is written down.
        var store = new LargeFiles(together: 2);
        await using var database = await TestDatabase.CreateAsync(provider, server, services => services.AddSingleton<IArtefactStore>(store));
        var run = await RunAsync(database);
        var artefacts = database.Get<TrainingArtefacts>();

        var results = await Task.WhenAll(new[] { "a.bin", "b.bin" }.Select(path => artefacts.SaveAsync(Actor.Workload, run, path, Stream.Null, default)));

        Assert.Equal(["artefact.too_large"], results.Where(r => !r.Succeeded).Select(r => r.Refusal!.Code));
        await using var db = await database.OpenAsync();
        Assert.InRange(await db.Set<TrainingArtefact>().SumAsync(a => a.Size), 1, ReportLimits.ArtefactBytes);
    }

    [Theory, EachProvider]
    public async Task Sweep_FilesThatNoRunNames_AreDeletedOnceTheyAreOld(Provider provider)
    {
        var folder = Directory.CreateTempSubdirectory("portal-artefacts-").FullName;
        await using var database = await TestDatabase.CreateAsync(provider, server, services => services.AddSingleton<IArtefactStore>(new ArtefactFolder(folder)));
        var run = await RunAsync(database);
        var artefacts = database.Get<TrainingArtefacts>();
        database.Clock.SetUtcNow(DateTimeOffset.UtcNow);
        await SaveAsync("kept.bin", 1);
        await SaveAsync("again.bin", 2);
        await SaveAsync("again.bin", 3);
        await File.WriteAllBytesAsync(Path.Combine(folder, "incoming-dead"), [4]);

        Assert.Equal(0, await artefacts.SweepAsync(default));
        database.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(2, await artefacts.SweepAsync(default));

        Assert.Equal(2, Directory.GetFiles(folder).Length);
        await using (var db = await database.OpenAsync())
        {
            Assert.All(await db.Set<TrainingArtefact>().ToListAsync(), a => Assert.True(File.Exists(Path.Combine(folder, a.Sha256)), a.Path));
            await db.Set<TrainingArtefact>().ExecuteDeleteAsync();
        }
        Assert.Equal(2, await artefacts.SweepAsync(default));
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder);

        async Task SaveAsync(string path, byte content) =>
            Assert.True((await artefacts.SaveAsync(Actor.Workload, run, path, new MemoryStream([content]), default)).Succeeded);
    }

    private static async Task<Guid> RunAsync(TestDatabase database)
    {
        var (owner, project) = await NotebookServiceTests.ProjectAsync(database);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        return (await database.Get<TrainingService>().LaunchAsync(owner, draft, default)).Value;
    }

    // Each file is more than half of what a run may keep.
    private sealed class LargeFiles(int together) : IArtefactStore
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public async Task<StoredArtefact?> SaveAsync(Stream content, long limit, CancellationToken ct)
        {
            if (Interlocked.Increment(ref _arrived) == together)
                _all.SetResult();
            await _all.Task;
            return new StoredArtefact(new string('a', 64), (ReportLimits.ArtefactBytes / 2) + 1);
        }

        public Stream? Open(string sha256) => null;

        public IReadOnlyList<string> StoredBefore(DateTimeOffset moment) => [];

        public void Delete(string sha256, DateTimeOffset storedBefore)
        {
        }
    }
}
