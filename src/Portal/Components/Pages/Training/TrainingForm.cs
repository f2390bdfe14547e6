using Portal.Core.Catalog;
using Portal.Core.Training;

namespace Portal.Components.Pages.Training;

/// <summary>The launch form as it is typed; command lines are words here and lists in the draft.</summary>
internal sealed class TrainingForm
{
    private readonly Guid _id = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    public string TemplateId { get; private set; } = "";

    public string ImageId { get; private set; } = "";

    public string CustomImage { get; set; } = "";

    public CodeSource Source { get; set; }

    public string Code { get; set; } = "";

    public string CodePath { get; set; } = "";

    public string Command { get; set; } = "";

    public string Arguments { get; set; } = "";

    public string SizeId { get; set; } = "small";

    public Guid? PoolId { get; set; }

    public int Accelerators { get; set; }

    public TrainingFramework Framework { get; set; }

    public int Nodes { get; set; } = 1;

    public bool IsDistributed => Nodes != 1 || Framework != TrainingFramework.None;

    public int TimeLimitMinutes { get; set; } = TrainingDraft.DefaultTimeLimitMinutes;

    public Guid? BasedOnId { get; private set; }

    public bool IsCustom => ImageId.Length == 0;

    /// <summary>Starts from a template. Code that somebody typed is not thrown away.</summary>
    public void Use(TrainingTemplate template)
    {
        (TemplateId, ImageId, SizeId) = (template.Id, template.ImageId, template.SizeId);
        if (template.Id == TrainingTemplate.Custom)
            Source = CodeSource.Image;
        else
            (Source, CustomImage) = (CodeSource.Inline, "");
        if (Code.Length == 0 || _untouched == Code)
            _untouched = Code = template.Code;
    }

    /// <summary>The form of another try.</summary>
    public static TrainingForm From(TrainingDraft draft) => new()
    {
        Name = draft.Name,
        TemplateId = draft.TemplateId,
        ImageId = draft.CustomImage.Length > 0 ? "" : draft.ImageId,
        CustomImage = draft.CustomImage,
        Source = draft.Source,
        Code = draft.Code,
        CodePath = draft.CodePath,
        Command = Line(draft.Command),
        Arguments = Line(draft.Arguments),
        SizeId = draft.SizeId,
        PoolId = draft.PoolId,
        Accelerators = draft.Accelerators,
        Framework = draft.Framework,
        Nodes = draft.Nodes,
        TimeLimitMinutes = draft.TimeLimitMinutes,
        BasedOnId = draft.BasedOnId,
    };

    public TrainingDraft ToDraft(Guid projectId) => new(_id, projectId, Name)
    {
        TemplateId = TemplateId,
        ImageId = ImageId,
        CustomImage = CustomImage,
        Source = Source,
        Code = Code,
        CodePath = CodePath,
        Command = TrainingRules.Words(Command),
        Arguments = TrainingRules.Words(Arguments),
        SizeId = SizeId,
        PoolId = PoolId,
        Accelerators = Accelerators,
        Framework = Framework,
        Nodes = Nodes,
        TimeLimitMinutes = TimeLimitMinutes,
        BasedOnId = BasedOnId,
    };

    private string _untouched = "";

    private static string Line(IEnumerable<string> words) =>
        string.Join(' ', words.Select(w => w.Length > 0 && !w.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\') ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
