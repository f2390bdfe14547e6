using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Tests.Localization;

public sealed class WordsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 23, 30, 0, TimeSpan.Zero);
    private readonly ServiceProvider _services;
    private readonly CultureInfo _before = CultureInfo.CurrentUICulture;

    public WordsTests() => _services = new ServiceCollection().AddLogging().AddLocalization()
        .AddSingleton<TimeProvider>(new FakeTimeProvider(Now)).AddSingleton<RefusalText>().AddScoped<ReaderZone>().AddScoped<Words>().AddSingleton<CauseTexts>().AddSingleton(new CatalogOptions())
        .BuildServiceProvider();

    private Words Words => _services.GetRequiredService<Words>();

    [Theory]
    [InlineData("en", "The name has 75 characters; 60 are allowed. Shorten it.")]
    [InlineData("zh-Hans", null)]
    public void Refusal_WithValues_IsASentenceOfTheReadersLanguage(string language, string? expected)
    {
        Speak(language);

        var text = Words.Of(new Refusal("project.name_long").With("limit", 60).With("length", 75));

        Assert.Contains("75", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{", text, StringComparison.Ordinal);
        if (expected is not null)
            Assert.NotEqual("project.name_long", text);
    }

    [Fact]
    public void Time_InTheReadersZone_IsTheirDay()
    {
        _services.GetRequiredService<ReaderZone>().Set("Asia/Shanghai");

        Assert.Equal("2026-03-03 07:30", Words.At(Now));
        Assert.Equal(Now, _services.GetRequiredService<ReaderZone>().FromLocal(new DateTime(2026, 3, 3, 7, 30, 0)));
    }

    [Theory]
    [InlineData("en", -300, "5 min ago")]
    [InlineData("en", 7200, "in 2 h")]
    [InlineData("zh-Hans", -300, "5 分钟前")]
    [InlineData("en", -10, "just now")]
    public void Time_Relative_IsInWords(string language, int seconds, string expected)
    {
        Speak(language);

        Assert.Equal(expected, Words.Ago(Now.AddSeconds(seconds)));
    }

    [Theory]
    [InlineData("en", 1234.5, "1,234.50\u00a0USD")]
    [InlineData("zh-Hans", 0.004, "0.00\u00a0USD")]
    public void Money_NamesItsCurrency(string language, double amount, string expected)
    {
        Speak(language);

        Assert.Equal(expected, Words.Money((decimal)amount));
    }

    [Fact]
    public void States_OfTheBadge_HaveAWordInBothLanguages()
    {
        foreach (var language in new[] { "en", "zh-Hans" })
        {
            Speak(language);
            Assert.All(Enum.GetValues<PlatformRole>(), r => Assert.NotEmpty(Words.Of(r)));
        }
        Assert.Equal("管理员", Words.Of(PlatformRole.Admin));
    }

    [Fact]
    public void Bytes_InBinaryUnits_AreShort() => Assert.Equal("1.5 GiB", Words.Bytes(1_610_612_736));

    public void Dispose()
    {
        Speak(_before.Name);
        _services.Dispose();
    }

    private static void Speak(string language) => CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(language);
}
