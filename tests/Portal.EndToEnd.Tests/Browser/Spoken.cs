using System.Globalization;
using System.Resources;

namespace Portal.EndToEnd.Tests.Browser;

/// <summary>The words that the portal says to a reader of one language, so that a story can be told once and read in each.</summary>
/// <param name="locale">As the browser names it, for example <c>zh-CN</c>.</param>
internal sealed class Spoken(string locale)
{
    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(locale.StartsWith("zh", StringComparison.Ordinal) ? "zh-Hans" : "en");

    /// <summary>A word of a resource, with its arguments filled in.</summary>
    public string Of<T>(string key, params object[] arguments) => string.Format(
        _culture, new ResourceManager(typeof(T)).GetString(key, _culture) ?? throw new ArgumentException($"no word {key} of {typeof(T).Name}", nameof(key)), arguments);

    /// <summary>The words around the one argument of a text: what is sure to be on the page whatever stands for it.</summary>
    public string Around<T>(string key) => Of<T>(key, "\u0001", "\u0001", "\u0001", "\u0001", "\u0001").Split('\u0001').MaxBy(part => part.Length)!;
}
