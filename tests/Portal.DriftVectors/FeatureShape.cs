using System.Text.Json.Nodes;
using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Statistics;

namespace Portal.DriftVectors;

/// <summary>Writes results with the field names of the vector format.</summary>
internal static class FeatureShape
{
    public static JsonObject Of(FeatureDrift d)
    {
        var shape = d.Kind == FeatureKind.Numeric ? Numeric(d) : Categorical(d);
        shape["n_ref"] = d.Reference.Values;
        shape["n_cur"] = d.Current.Values;
        shape["missing_ref"] = d.Reference.Missing;
        shape["missing_cur"] = d.Current.Missing;
        shape["status"] = Snake(d.Status.ToString());
        shape["missing_test"] = d.Missing is { } m
            ? new JsonObject { ["ref_rate"] = m.ReferenceRate, ["cur_rate"] = m.CurrentRate, ["delta"] = m.Delta, ["z"] = m.Z, ["p"] = m.P }
            : null;
        shape["ref_counts"] = Array(d.ReferenceCounts);
        shape["cur_counts"] = Array(d.CurrentCounts);
        shape["psi"] = d.Distances?.Psi;
        shape["psi_p"] = d.Distances?.PsiP;
        shape["js_divergence"] = d.Distances?.JsDivergence;
        shape["js_distance"] = d.Distances?.JsDistance;
        shape["hellinger"] = d.Distances?.Hellinger;
        shape["tv"] = d.Distances?.TotalVariation;
        shape["linf"] = d.Distances?.LInfinity;
        shape["chi2"] = Chi(d.ChiSquare, pooled: false);
        shape["chi2_pooled"] = Chi(d.ChiSquarePooled, pooled: true);
        return shape;
    }

    public static JsonObject Of(FeatureDecision decision) => new()
    {
        ["level"] = Snake(decision.Level.ToString()),
        ["reasons"] = new JsonArray([.. decision.Reasons.Select(r => JsonValue.Create(Snake(r.ToString())))]),
        ["q"] = decision.Q,
        ["robust"] = decision.Robust,
    };

    private static JsonObject Numeric(FeatureDrift d) => new()
    {
        ["infinite_ref"] = d.Reference.Infinite,
        ["infinite_cur"] = d.Current.Infinite,
        ["ref_stats"] = Statistics(d.ReferenceStatistics),
        ["cur_stats"] = Statistics(d.CurrentStatistics),
        ["out_of_range"] = d.OutOfRange is { } o ? new JsonObject { ["count"] = o.Count, ["rate"] = o.Rate, ["p"] = o.P } : null,
        ["mode"] = d.Binning is { } b ? Snake(b.Mode.ToString()) : null,
        ["values"] = d.Binning is { Mode: BinningMode.Discrete } v ? Array(v.Points) : null,
        ["edges"] = d.Binning is { Mode: BinningMode.Continuous } e ? Array(e.Points) : null,
        ["w1"] = d.W1,
        ["w1_norm"] = d.W1Normalised,
        ["ks"] = d.Kolmogorov is { } k
            ? new JsonObject
            {
                ["d"] = k.D,
                ["n_eff"] = k.EffectiveSize,
                ["p_exact"] = k.PExact,
                ["p_asymp"] = k.PAsymptotic,
                ["p_limit"] = k.PLimit,
            }
            : null,
    };

    private static JsonObject Categorical(FeatureDrift d) => new()
    {
        ["ref_singletons"] = d.NewCategories!.ReferenceSingletons,
        ["categories"] = Array([.. d.Categories!, NumberLabel.New]),
        ["new_categories"] = Array(d.NewCategories.Names),
        ["new_rate"] = d.NewCategories.Rate,
        ["vanished"] = Array(d.NewCategories.Vanished),
    };

    private static JsonObject? Statistics(NumericStatistics? s) => s is null ? null : new()
    {
        ["mean"] = s.Mean,
        ["std"] = s.Deviation,
        ["min"] = s.Min,
        ["max"] = s.Max,
        ["q05"] = s.Q05,
        ["q50"] = s.Q50,
        ["q95"] = s.Q95,
        ["distinct"] = s.Distinct,
    };

    private static JsonObject? Chi(ChiSquareTest? test, bool pooled)
    {
        if (test is null) return null;
        var shape = new JsonObject { ["stat"] = test.Statistic, ["dof"] = test.DegreesOfFreedom, ["p"] = test.P, ["cramers_v"] = test.CramersV };
        if (pooled)
        {
            shape["pooled_categories"] = test.PooledCategories;
            shape["merged_into"] = test.MergedInto;
        }

        return shape;
    }

    private static JsonArray? Array<T>(IEnumerable<T>? items) => items is null ? null : new([.. items.Select(i => JsonValue.Create(i))]);

    private static string Snake(string name) =>
        string.Concat(name.Select((ch, i) => char.IsUpper(ch) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(ch) : ch.ToString()));
}
