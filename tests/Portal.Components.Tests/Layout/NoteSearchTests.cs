using Microsoft.Extensions.DependencyInjection;
using Portal.Components.Layout;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Tests.Layout;

public class NoteSearchTests
{
    [Theory]
    [InlineData(QuotaAction.Approved, "Approved: 3 × A100 for Credit risk")]
    [InlineData(QuotaAction.ApprovedLess, "Approved in part: 3 × A100 for Credit risk")]
    [InlineData(QuotaAction.Rejected, "Rejected: 3 × A100 for Credit risk")]
    [InlineData(QuotaAction.Expired, "Ended: 3 × A100 for Credit risk")]
    [InlineData(QuotaAction.Reclaimed, "Taken back: 3 × A100 of Credit risk")]
    [InlineData(QuotaAction.Edited, null)]
    public async Task Find_WhatBecameOfOnesRequest_TellsItForADay(QuotaAction action, string? text)
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        var request = new QuotaRequest
        {
            ProjectId = project,
            Pool = new HardwarePool { Name = "A100", Slug = "a100", ResourceName = "nvidia.com/gpu", Ledger = { Capacity = 8 } },
            Amount = 4,
            From = pages.Database.Clock.GetUtcNow(),
            Until = pages.Database.Clock.GetUtcNow().AddDays(7),
            RequestedBy = pages.Ana.Id,
        };
        request.Steps.Add(new QuotaStep { Number = 2, Action = action, At = pages.Database.Clock.GetUtcNow(), ActorId = Guid.NewGuid(), Amount = 3 });
        await SaveAsync(pages, request);

        var notes = await FindAsync(pages);
        pages.Database.Clock.Advance(TimeSpan.FromHours(25));

        Assert.Equal(text is null ? [] : [(text, $"/quotas/{request.Id}")], notes.Select(n => (n.Text, n.Path)));
        Assert.Empty(await FindAsync(pages));
    }

    [Fact]
    public async Task Find_WorkThatWasStopped_TellsWhoDidIt()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        var now = pages.Database.Clock.GetUtcNow();
        var lead = await pages.Database.PersonAsync("boss");
        var notebook = new Notebook { ProjectId = project, Name = "explore", ObjectName = "explore", CreatedBy = pages.Ana.Id };
        TrainingRun[] runs = [Run("mine", pages.Ana), Run("fraud", pages.Ana), Run("theirs", lead)];
        var archived = new Notebook { ProjectId = project, Name = "archived", ObjectName = "archived", CreatedBy = pages.Ana.Id };
        await SaveAsync(pages, [notebook, archived, .. runs]);
        await using (var db = await pages.Database.OpenAsync())
        {
            db.Audit(new AuditRecord(lead, "notebook.stopped", "notebook", notebook.Id));
            db.Audit(new AuditRecord(lead, "training.stopped", "training", runs[1].Id));
            // With its project, which says so itself.
            db.Audit(new AuditRecord(Actor.Reconciler, "notebook.stopped", "notebook", archived.Id));
            db.Audit(new AuditRecord(pages.Ana, "training.stopped", "training", runs[0].Id));
            await db.SaveChangesAsync();
        }

        Assert.Equal(
            ["Training run \"mine\" was stopped", "Training run \"theirs\" was stopped", "Your notebook \"explore\" was stopped by boss", "Your training run \"fraud\" was stopped by boss"],
            (await FindAsync(pages)).Select(n => n.Text).Order(StringComparer.Ordinal));

        TrainingRun Run(string name, Actor by) => new()
        {
            ProjectId = project,
            Name = name,
            ObjectName = name,
            SizeId = "small",
            CreatedBy = by.Id,
            State = WorkloadState.Stopped,
            FinishedAt = now,
        };
    }

    private static async Task SaveAsync(ProjectPages pages, params object[] rows)
    {
        await using var db = await pages.Database.OpenAsync();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    private static async Task<List<Note>> FindAsync(ProjectPages pages) => await pages.Services.GetRequiredService<NoteSearch>().FindAsync(pages.Ana, default);
}
