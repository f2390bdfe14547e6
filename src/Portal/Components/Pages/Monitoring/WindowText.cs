using System.Globalization;
using Portal.Core.Monitoring;

namespace Portal.Components.Pages.Monitoring;

/// <summary>Names of windows. They are periods of UTC, so the reader's zone does not move them.</summary>
public static class WindowText
{
    /// <summary>For the axis of a chart.</summary>
    public static string Short(DateTimeOffset start, WindowLength length) =>
        start.UtcDateTime.ToString(length == WindowLength.Day ? "MM-dd" : "MM-dd HH:00", CultureInfo.InvariantCulture);

    /// <summary>For a sentence.</summary>
    public static string Full(DateTimeOffset start, WindowLength length) =>
        start.UtcDateTime.ToString(length == WindowLength.Day ? "yyyy-MM-dd" : "yyyy-MM-dd HH:00 'UTC'", CultureInfo.InvariantCulture);
}
