using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>What the training form holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record TrainingDraft(Guid Id, Guid ProjectId, string Name)
{
    /// <summary>Hours that a run may take unless the form says otherwise.</summary>
    public const int DefaultTimeLimitMinutes = 60;

    public string TemplateId { get; init; } = "sklearn";

    public string ImageId { get; init; } = "sklearn";

    public string CustomImage { get; init; } = "";

    public CodeSource Source { get; init; }

    public string Code { get; init; } = "";

    public string CodePath { get; init; } = "";

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string SizeId { get; init; } = "small";

    public Guid? PoolId { get; init; }

    public int Accelerators { get; init; }

    public TrainingFramework Framework { get; init; }

    /// <summary>Equal nodes, each with the size and the accelerators.</summary>
    public int Nodes { get; init; } = 1;

    public int TimeLimitMinutes { get; init; } = DefaultTimeLimitMinutes;

    public Guid? BasedOnId { get; init; }

    /// <summary>The form of another try of a run: the same, to be changed.</summary>
    public static TrainingDraft From(TrainingRun run) => new(Guid.CreateVersion7(), run.ProjectId, run.Name)
    {
        TemplateId = run.TemplateId,
        ImageId = run.ImageId,
        CustomImage = run.CustomImage,
        Source = run.Source,
        Code = run.Code,
        CodePath = run.CodePath,
        Command = run.Command,
        Arguments = run.Arguments,
        SizeId = run.SizeId,
        PoolId = run.PoolId,
        Accelerators = run.Accelerators,
        Framework = run.Framework,
        Nodes = run.Nodes,
        TimeLimitMinutes = run.TimeLimitMinutes,
        BasedOnId = run.Id,
    };

    /// <summary>The row for a form that passed <see cref="TrainingRules"/>.</summary>
    public TrainingRun ToRun(Actor actor, WorkloadSize size, decimal pricePerHour, DateTimeOffset now) => new()
    {
        Id = Id,
        ProjectId = ProjectId,
        Name = Name.Trim(),
        ObjectName = WorkloadNames.ObjectName("run", Name, Id),
        TemplateId = TemplateId,
        ImageId = ImageId,
        CustomImage = CustomImage.Trim(),
        Source = Source,
        Code = Source == CodeSource.Inline ? Code.ReplaceLineEndings("\n") : "",
        CodePath = Source == CodeSource.Storage ? CodePath.Trim() : "",
        Command = [.. Command],
        Arguments = [.. Arguments],
        SizeId = SizeId,
        CpuMilli = size.CpuMilli,
        MemoryMiB = size.MemoryMiB,
        PoolId = Accelerators > 0 ? PoolId : null,
        Accelerators = Accelerators,
        PricePerHour = pricePerHour,
        Framework = Framework,
        Nodes = Nodes,
        TimeLimitMinutes = TimeLimitMinutes,
        BasedOnId = BasedOnId,
        CreatedBy = actor.Id,
        CreatedAt = now,
        IntentChangedAt = now,
        StateChangedAt = now,
    };
}
