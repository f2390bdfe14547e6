using System.Text.Json;
using Portal.Core.Access;
using Portal.Core.Monitoring;
using Portal.Core.Results;
using Portal.Core.Tests.Monitoring;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class MonitoringCases : MatrixCases
{
    public MonitoringCases()
    {
        Case<MonitoringService>(nameof(MonitoringService.CreateAsync), Towards.Project, async (s, actor, target) =>
            await s.CreateAsync(actor, new ModelDraft(Guid.CreateVersion7(), target.ProjectId, "new one", "1", WindowLength.Day), default));
        Case<MonitoringService>(nameof(MonitoringService.DeleteAsync), Towards.Project, (s, actor, target) =>
            s.DeleteAsync(actor, target["model"], default));
        Case<MonitoringService>(nameof(MonitoringService.SetReferenceAsync), Towards.Project, async (s, actor, target) =>
            await s.SetReferenceAsync(actor, target["model"], "r.csv", MonitoringWorld.Reference(), ReferenceOptions.Inferred, default));
        Case<MonitoringService>(nameof(MonitoringService.SetLimitsAsync), Towards.Project, (s, actor, target) =>
            s.SetLimitsAsync(actor, target["model"], new FeatureLimits { Feature = "amount" }, default));
        Case<DriftIngestService>(nameof(DriftIngestService.UploadAsync), Towards.Project, async (s, actor, target) =>
            await s.UploadAsync(actor, target["model"], "a.csv", MonitoringWorld.Days(1, 1, 0), null, default));
        Case<DriftIngestService>(nameof(DriftIngestService.AddRowsAsync), Towards.Project, async (s, actor, target) =>
            await s.AddRowsAsync(actor, target["model"], JsonDocument.Parse("""[{"amount": 1}]""").RootElement, default));
        Case<DriftIngestService>(nameof(DriftIngestService.ReceiveAsync), Towards.Project, (s, actor, target) =>
            s.ReceiveAsync(actor, target["model"], new InferenceEvent("1", "org.kubeflow.serving.inference.request", "", null, [1]), default));
        Case<MonitoringQueryService>(nameof(MonitoringQueryService.ListAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListAsync(actor, new ListQuery(), null, default));
        Case<MonitoringQueryService>(nameof(MonitoringQueryService.GetAsync), Towards.Project, async (s, actor, target) =>
            await s.GetAsync(actor, target["model"], 10, default));
        Case<MonitoringQueryService>(nameof(MonitoringQueryService.FeatureAsync), Towards.Project, async (s, actor, target) =>
            await s.FeatureAsync(actor, target["model"], target["window"], "amount", default));
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        // Written as rows: at this point of the matrix nobody holds a role that the services would ask for.
        await using var db = await database.OpenAsync();
        var model = new MonitoredModel { ProjectId = target.ProjectId, Name = "seeded", Version = "1", Window = WindowLength.Day };
        var built = Portal.Core.Drift.Csv.CsvTable.Open(MonitoringWorld.Reference()).Value;
        var schema = Portal.Core.Drift.Csv.SchemaInference.Infer(built).Value;
        var data = Portal.Core.Drift.Csv.ReferenceScan.Build(built, schema).Value;
        var set = new ReferenceSet
        {
            ModelId = model.Id,
            FileName = "r.csv",
            Rows = data.Rows,
            Features = [.. data.Features.Select((f, i) => new ReferenceFeature { Position = i, Name = f.Feature, Kind = f.Kind, Data = f.ToBytes() })],
        };
        var window = new DriftWindow { ModelId = model.Id, ProjectId = target.ProjectId, ReferenceId = set.Id, Start = MonitoringWorld.Day };
        var sketches = data.Features.Select(f => f.NewWindow()).ToArray();
        window.Sketches = [.. sketches.Select((s, i) => new WindowSketch { Position = i, Data = s.ToBytes() })];
        WindowReport.Of([.. data.Features.Select(f => (f, Portal.Core.Drift.Csv.ColumnRole.Feature))], sketches, new Dictionary<string, FeatureLimits>()).WriteTo(window, MonitoringWorld.Day);
        model.ReferenceId = set.Id;
        db.AddRange(model, set, window);
        await db.SaveChangesAsync();
        (target["model"], target["window"]) = (model.Id, window.Id);
    }
}
