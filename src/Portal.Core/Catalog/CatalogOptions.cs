namespace Portal.Core.Catalog;

/// <summary>What an installation sets for its catalogue. Prices are per hour, in <see cref="Currency"/>.</summary>
public sealed class CatalogOptions
{
    /// <summary>ISO 4217 code of all prices.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>Price of one requested core for an hour.</summary>
    public decimal CorePrice { get; set; } = 0.04m;

    /// <summary>Price of one requested GiB of memory for an hour.</summary>
    public decimal MemoryGiBPrice { get; set; } = 0.005m;

    /// <summary>Image references by catalogue id that replace the built-in ones on a real cluster.</summary>
    public IDictionary<string, string> References { get; set; } = new Dictionary<string, string>();
}
