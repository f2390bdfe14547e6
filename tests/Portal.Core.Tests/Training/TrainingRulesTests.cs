using Portal.Core.Catalog;
using Portal.Core.Training;

namespace Portal.Core.Tests.Training;

public class TrainingRulesTests
{
    private static readonly Catalogue Catalogue = new(new CatalogOptions());

    private static TrainingDraft Draft => new(Guid.CreateVersion7(), Guid.CreateVersion7(), "scorecard") { Code = "print(1)" };

    [Fact]
    public void Form_AsItOpensWithCode_MayBeSent() => Assert.Null(TrainingRules.Check(Draft, Catalogue));

    public static TheoryData<string, TrainingDraft> Wrong => new()
    {
        { "training.code_empty", Draft with { Code = " \n" } },
        { "training.code_long", Draft with { Code = new string('x', TrainingRun.CodeLimit + 1) } },
        { "training.code_path", Draft with { Source = CodeSource.Storage, CodePath = "../other/train.py" } },
        { "training.command_empty", Draft with { Source = CodeSource.Image } },
        { "training.command_empty", Draft with { CustomImage = "registry.example/train:1" } },
        { "training.image_empty", Draft with { ImageId = "" } },
        { "workload.unknown_image", Draft with { ImageId = "jupyter" } },
        { "training.image_reference", Draft with { CustomImage = "https://registry.example/train", Command = ["train"] } },
        { "training.image_reference", Draft with { CustomImage = "train:" + new string('1', 500), Command = ["train"] } },
        { "training.arguments", Draft with { Arguments = [.. Enumerable.Repeat("a", 201)] } },
        { "training.nodes_range", Draft with { Nodes = 0 } },
        { "training.nodes_range", Draft with { Nodes = TrainingRules.NodeLimit + 1 } },
        { "training.time_limit_range", Draft with { TimeLimitMinutes = 0 } },
        { "training.time_limit_range", Draft with { TimeLimitMinutes = TrainingRules.MaximumMinutes + 1 } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Form_WithSomethingWrong_IsRefusedWithItsReason(string code, TrainingDraft draft) =>
        Assert.Equal(code, TrainingRules.Check(draft, Catalogue)?.Code);

    [Theory]
    [InlineData("train.py")]
    [InlineData("models/2026/train v2.py")]
    [InlineData("..a/b..")]
    public void Path_InsideTheFolder_IsTaken(string path) => Assert.True(TrainingRules.IsInside(path));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void Path_OutOfTheFolderOrUnclear_IsRefused(string path) => Assert.False(TrainingRules.IsInside(path));

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  python3   train.py ", new[] { "python3", "train.py" })]
    [InlineData("""--name "two words" 'and $three' x\ y""", new[] { "--name", "two words", "and $three", "x y" })]
    [InlineData("""--quote "say \"hi\"" a'b'c""", new[] { "--quote", "say \"hi\"", "abc" })]
    [InlineData("--empty ''", new[] { "--empty", "" })]
    [InlineData("$HOME *.py; rm", new[] { "$HOME", "*.py;", "rm" })]
    public void CommandLine_IsSplitAsAShellSplitsIt_WithoutExpansion(string line, string[] words) =>
        Assert.Equal(words, TrainingRules.Words(line));
}
