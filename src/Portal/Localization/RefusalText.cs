using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Portal.Core.Results;
using Portal.Resources;

namespace Portal.Localization;

/// <summary>The words of a refusal in the reader's language; {names} in the text are replaced by its arguments.</summary>
public sealed partial class RefusalText(IStringLocalizer<Errors> texts)
{
    /// <summary>The sentence for a refusal.</summary>
    /// <param name="format">How a value is written; by the current culture when null.</param>
    public string Of(Refusal refusal, Func<object?, string>? format = null)
    {
        var text = texts[refusal.Code];
        return Placeholder().Replace(
            text.ResourceNotFound ? texts["unexpected"].Value : text.Value,
            match => refusal.Arguments.TryGetValue(match.Groups["name"].Value, out var value)
                ? format?.Invoke(value) ?? Convert.ToString(value, CultureInfo.CurrentCulture) ?? "" : match.Value);
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
