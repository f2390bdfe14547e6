using System.Text;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>The reference of a categorical feature: its categories by code point, with their counts.</summary>
public sealed class CategoricalReference : FeatureReference
{
    private readonly string[] _categories;
    private readonly Dictionary<byte[], int> _index;
    private readonly CategoricalSketch _self;

    private CategoricalReference(string feature, string[] categories)
        : base(feature)
    {
        _categories = categories;
        _index = new(categories.Length, Utf8Labels.Comparer);
        for (var i = 0; i < categories.Length; i++) _index[Encoding.UTF8.GetBytes(categories[i])] = i;
        _self = new(_index);
    }

    /// <inheritdoc />
    public override FeatureKind Kind => FeatureKind.Categorical;

    /// <inheritdoc />
    public override FeatureSketch Self => _self;

    /// <summary>The categories, by code point.</summary>
    public IReadOnlyList<string> Categories => _categories;

    /// <summary>Builds the reference from counted categories.</summary>
    public static CategoricalReference Build(string feature, IEnumerable<KeyValuePair<string, long>> counted, long missing)
    {
        var ordered = counted.OrderBy(p => p.Key, CodePointComparer.Instance).ToArray();
        var reference = new CategoricalReference(feature, [.. ordered.Select(p => p.Key)]);
        reference._self.Fill([.. ordered.Select(p => p.Value)], missing);
        return reference;
    }

    /// <inheritdoc />
    public override FeatureSketch NewWindow() => new CategoricalSketch(_index);

    /// <inheritdoc />
    public override FeatureDrift Compare(FeatureSketch window)
    {
        var current = (CategoricalSketch)window;
        return CategoricalComparison.Compare(
            Feature, _self.Counts, current.Counts, _categories,
            [.. _self.CategoryCounts], [.. current.CategoryCounts], current.NewLabels);
    }

    private protected override void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_categories.Length);
        foreach (var category in _categories) writer.Write(category);
        writer.Write(_self.ToBytes());
    }

    internal static CategoricalReference Read(string feature, BinaryReader reader)
    {
        var categories = new string[reader.Read7BitEncodedInt()];
        for (var i = 0; i < categories.Length; i++) categories[i] = reader.ReadString();
        var reference = new CategoricalReference(feature, categories);
        SketchFormat.ExpectVersion(reader);
        reference._self.Merge(CategoricalSketch.Read(reader, reference._index));
        return reference;
    }

    private protected override FeatureSketch ReadWindow(BinaryReader reader) => CategoricalSketch.Read(reader, _index);
}
