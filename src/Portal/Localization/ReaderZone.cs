namespace Portal.Localization;

/// <summary>The reader's time zone, as their browser told it by cookie; UTC until it did.</summary>
public sealed class ReaderZone
{
    /// <summary>Cookie that <c>js/portal.js</c> keeps.</summary>
    public const string Cookie = "portal.zone";

    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <summary>Takes an IANA name; one that is not known changes nothing.</summary>
    public void Set(string? name)
    {
        if (name is { Length: > 0 and < 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            Zone = zone;
    }

    /// <summary>The same instant on the reader's clock.</summary>
    public DateTimeOffset ToLocal(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    /// <summary>The instant that a wall-clock time of the reader means.</summary>
    public DateTimeOffset FromLocal(DateTime wallClock)
    {
        var plain = DateTime.SpecifyKind(wallClock, DateTimeKind.Unspecified);
        return new DateTimeOffset(plain, Zone.GetUtcOffset(plain)).ToUniversalTime();
    }
}
