using System.Globalization;
using Microsoft.Extensions.Localization;
using Portal.Core.Catalog;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Localization;

/// <summary>Turns what the domain says into the reader's words: refusals, states, times, amounts, money.</summary>
public sealed class Words(
    RefusalText refusals, CauseTexts causes, IStringLocalizer<Resources.States> states, ReaderZone zone, TimeProvider clock,
    CatalogOptions catalog)
{
    /// <summary>The sentence for a refusal: what happened, why, what to do next.</summary>
    public string Of(Refusal refusal) => refusals.Of(refusal, Plain);

    /// <summary>The error catalogue in the reader's words.</summary>
    public CauseTexts Causes => causes;

    /// <summary>The sentence for why something is as it is, or nothing where the state says it all.</summary>
    public string Reason(WorkloadStatus status) => status.Reason.Length == 0 ? "" : causes.Text(status.Reason, status.Arguments);

    /// <summary>The word for a state or another enumeration, by the key <c>Type.Value</c> of States.resx.</summary>
    public string Of(Enum value)
    {
        var text = states[$"{value.GetType().Name}.{value}"];
        return text.ResourceNotFound ? value.ToString() : text.Value;
    }

    /// <summary>"5 minutes ago", "in 3 hours". The absolute time belongs on hover: use the Time component.</summary>
    public string Ago(DateTimeOffset at)
    {
        var span = clock.GetUtcNow() - at;
        var past = span >= TimeSpan.Zero;
        var length = span.Duration();
        return length < TimeSpan.FromSeconds(45)
            ? states["time.now"]
            : states[past ? "time.ago" : "time.in", Long(length)];
    }

    /// <summary>A length of time in its largest unit, as in "5 min".</summary>
    public string Long(TimeSpan length) => length switch
    {
        { TotalSeconds: < 60 } => states["time.seconds", Math.Round(length.TotalSeconds)],
        { TotalMinutes: < 60 } => states["time.minutes", Math.Round(length.TotalMinutes)],
        { TotalHours: < 36 } => states["time.hours", Math.Round(length.TotalHours)],
        _ => states["time.days", Math.Round(length.TotalDays)],
    };

    /// <summary>Date and time on the reader's clock, <c>2026-03-02 18:40</c>.</summary>
    public string At(DateTimeOffset at) => zone.ToLocal(at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Date on the reader's clock, <c>2026-03-02</c>.</summary>
    public string Day(DateTimeOffset at) => zone.ToLocal(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Today, on the reader's clock.</summary>
    public DateOnly Today => DayOf(clock.GetUtcNow());

    /// <summary>The day of an instant, on the reader's clock.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(zone.ToLocal(at).DateTime);

    /// <summary>The instant at which a day of the reader begins.</summary>
    public DateTimeOffset StartOf(DateOnly day) => zone.FromLocal(day.ToDateTime(TimeOnly.MinValue));

    /// <summary>Time of day on the reader's clock, <c>18:40</c>.</summary>
    public string Clock(DateTimeOffset at) => zone.ToLocal(at).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A number with up to <paramref name="decimals"/> decimals, grouped as the reader's language does.</summary>
    public string Number(double value, int decimals = 2) =>
        value.ToString("#,0." + new string('#', decimals), CultureInfo.CurrentCulture);

    /// <summary>An amount of the installation's currency, <c>2.50 USD</c>, never parted from its code at the end of a line.</summary>
    public string Money(decimal value) => value.ToString("#,0.00", CultureInfo.CurrentCulture) + "\u00a0" + catalog.Currency;

    /// <summary>An amount of a cluster's resource: bytes in binary units, all others as a number.</summary>
    public string Resource(string resource, decimal value) =>
        resource is "memory" or "ephemeral-storage" ? Bytes((long)value) : Number((double)value);

    /// <summary>Bytes in binary units, <c>1.5 GiB</c>.</summary>
    public string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return $"{value.ToString(unit == 0 ? "0" : "0.#", CultureInfo.CurrentCulture)} {units[unit]}";
    }

    private string Plain(object? value) => value switch
    {
        null => "",
        string text => text,
        Enum state => Of(state),
        DateTimeOffset at => At(at),
        TimeSpan length => Long(length),
        decimal number => number.ToString("#,0.##", CultureInfo.CurrentCulture),
        double number => Number(number),
        int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString("#,0", CultureInfo.CurrentCulture),
        IFormattable other => other.ToString(null, CultureInfo.CurrentCulture),
        _ => value.ToString() ?? "",
    };
}
