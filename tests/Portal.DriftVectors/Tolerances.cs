namespace Portal.DriftVectors;

/// <summary>The tolerances of the vector format, by path.</summary>
internal static class Tolerances
{
    private static readonly string[] ExactPaths =
    [
        "n", "n_ref", "n_cur", "missing_ref", "missing_cur", "infinite_ref", "infinite_cur", "ref_singletons", "tp", "fp", "fn", "tn",
        "values[]", "edges[]", "ref_counts[]", "cur_counts[]", "out_of_range.count", "ref_stats.distinct", "cur_stats.distinct",
        "ref_stats.min", "ref_stats.max", "cur_stats.min", "cur_stats.max", "chi2.dof", "chi2_pooled.dof", "chi2_pooled.pooled_categories",
        "mape_skipped_rows", "features", "drifted", "duplicate_predictions", "orphan_labels",
    ];

    public static Tolerance Exact(string path) => path switch
    {
        _ when ExactPaths.Contains(path) => Tolerance.Exact,
        // What scipy's default would say: for information in the file, not a result of ours.
        "chi2_yates_info" => Tolerance.Ignored,
        "js_divergence" or "js_distance" or "hellinger" => Tolerance.Absolute(1e-8),
        "ks.p_exact" or "chi2.p" or "chi2_pooled.p" or "psi_p" => Tolerance.Probability,
        "ks.p_asymp" or "q" => Tolerance.Asymptotic,
        "missing_test.p" or "out_of_range.p" or "ks.p_limit" => Tolerance.ProbabilityByDefault,
        _ => Tolerance.Default,
    };

    public static Tolerance Sketch(string path) => path switch
    {
        "ks.d" => Tolerance.Absolute(0.006),
        // In standard deviations, of which one huge value can make very many.
        "w1_norm" => Tolerance.Relative(1e-9, 0.02),
        "ref_stats.mean" or "cur_stats.mean" => Tolerance.Relative(1e-9, 1e-12),
        "ref_stats.std" or "cur_stats.std" => Tolerance.Relative(1e-7, 1e-12),
        // HyperLogLog, four standard errors; quantiles are judged by rank.
        "cur_stats.distinct" => Tolerance.Relative(0.065, 1),
        "cur_stats.q05" or "cur_stats.q50" or "cur_stats.q95" => Tolerance.Ignored,
        // Follow from D, which may be lower; W1 is judged in standard deviations.
        "ks.p_exact" or "ks.p_asymp" or "ks.p_limit" or "w1" or "q" or "robust" => Tolerance.Ignored,
        // The names of the most frequent ones; their number and share are exact.
        "new_categories" => Tolerance.MostFrequent,
        _ => Exact(path),
    };
}
