using System.Text.RegularExpressions;
using Bunit;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components.Layout;

namespace Portal.Components.Tests.Layout;

/// <summary>The stylesheet is what the library's provider would have written; UPDATE_THEME=1 writes it anew.</summary>
public partial class PortalThemeTests : BunitContext
{
    public PortalThemeTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private static string File { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../../../../src/Portal/wwwroot/theme.css"));

    [Fact]
    public void Stylesheet_OfTheTheme_IsWhatTheProviderWrites()
    {
        var expected = Stylesheet(Variables(dark: false), Variables(dark: true));
        if (Environment.GetEnvironmentVariable("UPDATE_THEME") == "1")
            System.IO.File.WriteAllText(File, expected);
        Assert.Equal(expected, System.IO.File.ReadAllText(File));
    }

    private static string Stylesheet(string light, string dark) =>
        "/* Written from PortalTheme.cs by its test. */\n"
        + $":root {{\n{light}}}\n"
        + $":root[data-theme=\"dark\"] {{\n{Differences(light, dark)}}}\n"
        + $"@media (prefers-color-scheme: dark) {{\n:root:not([data-theme]) {{\n{Differences(light, dark)}}}\n}}\n";

    private static string Differences(string light, string dark)
    {
        var same = light.Split('\n').ToHashSet(StringComparer.Ordinal);
        return string.Concat(dark.Split('\n').Where(l => l.Length > 0 && !same.Contains(l)).Select(l => l + "\n"));
    }

    private string Variables(bool dark)
    {
        var markup = Render<MudThemeProvider>(p => p.Add(x => x.Theme, PortalTheme.Theme).Add(x => x.IsDarkMode, dark)).Markup;
        return string.Concat(Variable().Matches(markup).Select(m => $"  {m.Value.Trim()}\n").Distinct());
    }

    [GeneratedRegex(@"--mud-[\w-]+\s*:[^;]+;", RegexOptions.CultureInvariant, 2000)]
    private static partial Regex Variable();
}
