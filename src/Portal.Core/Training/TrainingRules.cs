using System.Text.RegularExpressions;
using Portal.Core.Catalog;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>What a training form may hold. Pure.</summary>
public static partial class TrainingRules
{
    /// <summary>Shortest time limit of a run.</summary>
    public const int MinimumMinutes = 1;

    /// <summary>Longest time limit of a run: two weeks.</summary>
    public const int MaximumMinutes = 14 * 24 * 60;

    /// <summary>Most nodes of one run.</summary>
    public const int NodeLimit = 64;

    private const int WordLimit = 200;

    /// <summary>Null when the form may be sent.</summary>
    public static Refusal? Check(TrainingDraft draft, Catalogue catalogue)
    {
        if (WorkloadNames.Check("training", draft.Name) is { } name)
            return name;
        var own = draft.CustomImage.Trim();
        if ((own.Length > 0 ? CheckReference(own) : CheckImage(draft, catalogue)) is { } image)
            return image;
        if (CheckCode(draft, catalogue) is { } code)
            return code;
        if (draft.Command.Count + draft.Arguments.Count > WordLimit)
            return new Refusal("training.arguments", Field: "Arguments").With("limit", WordLimit);
        if (draft.Nodes is < 1 or > NodeLimit)
            return new Refusal("training.nodes_range", Field: "Nodes").With("limit", NodeLimit);
        return draft.TimeLimitMinutes is < MinimumMinutes or > MaximumMinutes
            ? new Refusal("training.time_limit_range", Field: "TimeLimitMinutes")
                .With("minimum", MinimumMinutes).With("maximum", MaximumMinutes)
            : null;
    }

    /// <summary>The words of a command line as a shell would split them: quotes and backslashes, no expansion.</summary>
    public static IReadOnlyList<string> Words(string line)
    {
        var words = new List<string>();
        foreach (Match word in Word().Matches(line))
            words.Add(Quoted().Replace(word.Value, Unquote));
        return words;
    }

    private static string Unquote(Match part) => part.Groups["double"].Success ? part.Groups["double"].Value.Replace("\\\"", "\"", StringComparison.Ordinal)
        : part.Groups["single"].Success ? part.Groups["single"].Value : part.Groups["escaped"].Value;

    private static Refusal? CheckImage(TrainingDraft draft, Catalogue catalogue) =>
        draft.ImageId.Length == 0 ? new Refusal("training.image_empty", Field: "CustomImage")
        : catalogue.FindImage(draft.ImageId, ImageUse.Training) is null
            ? new Refusal("workload.unknown_image", Field: "ImageId").With("image", draft.ImageId) : null;

    private static Refusal? CheckReference(string reference) =>
        reference.Length > 500 || !Reference().IsMatch(reference)
            ? new Refusal("training.image_reference", Field: "CustomImage").With("image", reference) : null;

    private static Refusal? CheckCode(TrainingDraft draft, Catalogue catalogue)
    {
        var python = draft.CustomImage.Trim().Length == 0 && catalogue.FindImage(draft.ImageId, ImageUse.Training)?.Python.Length > 0;
        switch (draft.Source)
        {
            case CodeSource.Inline when string.IsNullOrWhiteSpace(draft.Code):
                return new Refusal("training.code_empty", Field: "Code");
            case CodeSource.Inline when draft.Code.Length > TrainingRun.CodeLimit:
                return new Refusal("training.code_long", Field: "Code").With("limit", TrainingRun.CodeLimit).With("length", draft.Code.Length);
            case CodeSource.Storage when !IsInside(draft.CodePath):
                return new Refusal("training.code_path", Field: "CodePath").With("path", draft.CodePath);
            case CodeSource.Inline or CodeSource.Storage when !python && draft.Command.Count == 0:
                return new Refusal("training.command_empty", Field: "Command");
            case CodeSource.Image when draft.Command.Count == 0 && python:
                return new Refusal("training.command_empty", Field: "Command");
            default:
                return null;
        }
    }

    /// <summary>True for a relative path that stays in its folder.</summary>
    public static bool IsInside(string path)
    {
        var text = path.Trim();
        return text.Length is > 0 and <= 400 && text[0] != '/' && !text.Contains('\\', StringComparison.Ordinal)
            && !text.Any(char.IsControl) && text.Split('/').All(part => part is not ("" or "." or ".."));
    }

    [GeneratedRegex(@"(?:[^\s""'\\]|\\.|""(?:[^""\\]|\\.)*""|'[^']*')+", RegexOptions.None, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"""(?<double>(?:[^""\\]|\\.)*)""|'(?<single>[^']*)'|\\(?<escaped>.)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[a-z0-9]([\w.\-]*[a-z0-9])?(:\d+)?(/[a-z0-9._\-]+)*(:[\w][\w.\-]{0,127})?(@sha256:[0-9a-f]{64})?$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
