namespace Portal.Core.Catalog;

/// <summary>A starting point of the training form.</summary>
/// <param name="Id">Stable id; the title is looked up by it.</param>
/// <param name="ImageId">The catalogue image, or empty where the person names one.</param>
/// <param name="SizeId">Size that suits it.</param>
/// <param name="Code">Code put into the editor; empty for a plain command.</param>
public sealed record TrainingTemplate(string Id, string ImageId, string SizeId, string Code)
{
    /// <summary>Template whose image and command the person gives.</summary>
    public const string Custom = "custom";
}
