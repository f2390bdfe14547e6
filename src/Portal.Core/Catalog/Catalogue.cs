namespace Portal.Core.Catalog;

/// <summary>Images, sizes and templates that can be launched, and what an hour of them costs.</summary>
public sealed class Catalogue(CatalogOptions options)
{
    private static readonly CatalogImage[] BuiltIn =
    [
        new("jupyter", ImageUse.Notebook, "6", ["Jupyter Notebook", "Python 3", "scikit-learn", "pandas", "SciPy"])
        {
            EmbeddedReference = "localhost/jupyter-notebook:6",
            Reference = "quay.io/jupyter/scipy-notebook:2025-10-20",
            Command = ["start-notebook.py"],
        },
        new("sklearn", ImageUse.Training, "3", ["Python 3", "scikit-learn", "pandas", "SciPy"])
        {
            EmbeddedReference = "localhost/python-sklearn:3",
            Reference = "quay.io/jupyter/scipy-notebook:2025-10-20",
            Python = "python3",
        },
    ];

    /// <summary>Everything that can be launched, in the order in which it is shown.</summary>
    public IReadOnlyList<CatalogImage> Images { get; } =
        [.. BuiltIn.Select(i => options.References.TryGetValue(i.Id, out var own) ? i with { Reference = own } : i)];

    /// <summary>Sizes, smallest first.</summary>
    public IReadOnlyList<WorkloadSize> Sizes { get; } =
        [new("small", 500, 1024), new("medium", 1000, 4096), new("large", 4000, 16384)];

    /// <summary>Starting points of the training form.</summary>
    public IReadOnlyList<TrainingTemplate> Templates { get; } =
    [
        new("sklearn", "sklearn", "small", TemplateCode.ScikitLearn),
        new("python", "sklearn", "small", TemplateCode.Python),
        new(TrainingTemplate.Custom, "", "small", ""),
    ];

    /// <summary>ISO 4217 code of all prices.</summary>
    public string Currency => options.Currency;

    /// <summary>The image, or null when the catalogue has none of that id and use.</summary>
    public CatalogImage? FindImage(string id, ImageUse use) => Images.FirstOrDefault(i => i.Id == id && i.Use == use);

    /// <summary>The size, or null.</summary>
    public WorkloadSize? FindSize(string id) => Sizes.FirstOrDefault(s => s.Id == id);

    /// <summary>What an hour costs: <c>cores × core price + GiB × memory price + accelerators × their price</c>.</summary>
    public decimal PricePerHour(WorkloadSize size, int accelerators = 0, decimal acceleratorPrice = 0) =>
        size.Cores * options.CorePrice + size.MemoryGiB * options.MemoryGiBPrice + accelerators * acceleratorPrice;
}
