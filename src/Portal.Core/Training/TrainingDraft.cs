using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>What the training form holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record TrainingDraft(Guid Id, Guid ProjectId, string Name)
{
    /// <summary>Minutes that a run may take unless the form says otherwise.</summary>
    public const int DefaultTimeLimitMinutes = 60;

    /// <summary>Id of the template that the form was filled in from.</summary>
    public string TemplateId { get; init; } = "sklearn";

    /// <summary>Id of a training image of the catalogue; not read where <see cref="CustomImage"/> names one.</summary>
    public string ImageId { get; init; } = "sklearn";

    /// <summary>Image reference of the person's own; empty for one of the catalogue.</summary>
    public string CustomImage { get; init; } = "";

    /// <summary>Where the code comes from; decides which of the fields below count.</summary>
    public CodeSource Source { get; init; }

    /// <summary>The code itself, for <see cref="CodeSource.Inline"/>.</summary>
    public string Code { get; init; } = "";

    /// <summary>Path of the program in the project's storage, relative to it.</summary>
    public string CodePath { get; init; } = "";

    /// <summary>Program and its fixed arguments, one item each; no shell reads them. Empty runs the code with the image's Python.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Arguments of the program, one item each.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Id of a size of the catalogue: cores and memory of each node.</summary>
    public string SizeId { get; init; } = "small";

    /// <summary>The pool of its accelerators; null for none.</summary>
    public Guid? PoolId { get; init; }

    /// <summary>Units of the pool on each node; 0 without one.</summary>
    public int Accelerators { get; init; }

    /// <summary>What starts the program on its nodes.</summary>
    public TrainingFramework Framework { get; init; }

    /// <summary>Equal nodes, each with the size and the accelerators.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Minutes after which it is ended, within the bounds of <see cref="TrainingRules"/>.</summary>
    public int TimeLimitMinutes { get; init; } = DefaultTimeLimitMinutes;

    /// <summary>The run that this is another try of, in the same project; null for a first one.</summary>
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
