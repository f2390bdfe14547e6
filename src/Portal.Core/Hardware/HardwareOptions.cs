namespace Portal.Core.Hardware;

/// <summary>Settings of the hardware pools.</summary>
public sealed class HardwareOptions
{
    /// <summary>ISO 4217 code in which prices are given.</summary>
    public string Currency { get; set; } = "EUR";
}
