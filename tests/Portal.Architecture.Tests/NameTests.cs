namespace Portal.Architecture.Tests;

/// <summary>Words that say nothing are in no type's name.</summary>
public class NameTests
{
    private static readonly string[] Banned = ["Manager", "Helper", "Helpers", "Utils", "Util", "Processor", "Workbench"];

    // Kubernetes' own word for who owns a field.
    private static readonly string[] Allowed = ["FieldManager"];

    [Theory, MemberData(nameof(ArrowTests.Assemblies), MemberType = typeof(ArrowTests))]
    public void Types_HaveNamesThatSaySomething(string assembly) =>
        Assert.DoesNotContain(ArrowTests.Load(assembly).GetTypes().Where(t => t.Namespace?.StartsWith("Portal", StringComparison.Ordinal) == true).Select(t => t.Name), IsBanned);

    [Theory]
    [InlineData("QuotaManager", true)]
    [InlineData("StringUtils", true)]
    [InlineData("Quotas", false)]
    [InlineData("HelperTexts", false)]
    public void BannedName_IsFound(string name, bool banned) => Assert.Equal(banned, IsBanned(name));

    private static bool IsBanned(string name) => !Allowed.Contains(name) && Banned.Any(b => name.Split('`')[0].EndsWith(b, StringComparison.Ordinal));
}
