using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Drift.Performance;

namespace Portal.DriftVectors;

/// <summary>Model performance and fairness.</summary>
internal static class PerformanceCases
{
    public static void Binary(JsonElement c, CaseResult result)
    {
        int[] truth = [.. c.GetProperty("y_true").EnumerateArray().Select(e => (int)e.GetDouble())];
        var scores = Inputs.Known(c.GetProperty("y_score"));
        var threshold = c.GetProperty("threshold").GetDouble();
        var shape = BinaryShape(truth, scores, threshold);
        if (c.TryGetProperty("group", out var group) && group.ValueKind == JsonValueKind.Array)
        {
            var (privileged, unprivileged) = (Inputs.Label(c.GetProperty("privileged"))!, Inputs.Label(c.GetProperty("unprivileged"))!);
            var fairness = Fairness.Of(truth, scores, threshold, Inputs.Labels(group), privileged, unprivileged);
            shape["fairness"] = new JsonObject
            {
                ["privileged"] = privileged,
                ["unprivileged"] = unprivileged,
                ["spd"] = fairness.StatisticalParityDifference,
                ["dir"] = fairness.DisparateImpactRatio,
                ["eod"] = fairness.EqualOpportunityDifference,
                ["aod"] = fairness.AverageOddsDifference,
                ["abs_aod"] = fairness.AverageAbsoluteOddsDifference,
            };
            shape["by_group"] = new JsonObject(fairness.Groups.Select(g => KeyValuePair.Create<string, JsonNode?>(g.Key, GroupShape(g.Value))));
        }

        new Comparison(result, result.Exact, "", Tolerances.Exact).Check(c.GetProperty("expect"), shape);
    }

    public static void Regression(JsonElement c, CaseResult result)
    {
        var p = RegressionPerformance.Of(Inputs.Known(c.GetProperty("y_true")), Inputs.Known(c.GetProperty("y_pred")));
        new Comparison(result, result.Exact, "", Tolerances.Exact).Check(c.GetProperty("expect"), new JsonObject
        {
            ["n"] = p.Count,
            ["mae"] = p.MeanAbsoluteError,
            ["mse"] = p.MeanSquaredError,
            ["rmse"] = p.RootMeanSquaredError,
            ["bias"] = p.Bias,
            ["mape_nonzero"] = p.PercentageError,
            ["mape_skipped_rows"] = p.SkippedRows,
            ["wape"] = p.WeightedPercentageError,
            ["r2"] = p.RSquared,
        });
    }

    public static void Multiclass(JsonElement c, CaseResult result)
    {
        string[] classes = [.. Inputs.Labels(c.GetProperty("classes")).Select(l => l!)];
        string[] truth = [.. Inputs.Labels(c.GetProperty("y_true")).Select(l => l!)];
        double[][] probabilities = [.. c.GetProperty("probabilities").EnumerateArray().Select(Inputs.Known)];
        var p = MulticlassPerformance.Of(classes, truth, probabilities);
        new Comparison(result, result.Exact, "", Tolerances.Exact).Check(c.GetProperty("expect"), new JsonObject
        {
            ["n"] = p.Count,
            ["accuracy"] = p.Accuracy,
            ["macro_f1"] = p.MacroF1,
            ["weighted_f1"] = p.WeightedF1,
            ["log_loss"] = p.LogLoss,
            ["confusion"] = new JsonArray([.. p.Matrix.Select(row => new JsonArray([.. row.Select(n => JsonValue.Create(n))]))]),
            ["per_class"] = new JsonObject(p.Classes.Select(k => KeyValuePair.Create<string, JsonNode?>(k.Name, new JsonObject
            {
                ["tp"] = k.Confusion.TruePositives,
                ["fp"] = k.Confusion.FalsePositives,
                ["fn"] = k.Confusion.FalseNegatives,
                ["support"] = k.Support,
                ["precision"] = k.Confusion.Precision,
                ["recall"] = k.Confusion.Recall,
                ["f1"] = k.Confusion.F1,
            }))),
        });
    }

    public static JsonObject BinaryShape(int[] truth, double[] scores, double threshold)
    {
        var p = BinaryPerformance.Of(truth, scores, threshold);
        var cbpe = EstimatedPerformance.Of(scores, threshold);
        return new()
        {
            ["n"] = truth.Length,
            ["tp"] = p.Confusion.TruePositives,
            ["fp"] = p.Confusion.FalsePositives,
            ["fn"] = p.Confusion.FalseNegatives,
            ["tn"] = p.Confusion.TrueNegatives,
            ["accuracy"] = p.Confusion.Accuracy,
            ["precision"] = p.Confusion.Precision,
            ["recall"] = p.Confusion.Recall,
            ["specificity"] = p.Confusion.Specificity,
            ["f1"] = p.Confusion.F1,
            ["roc_auc"] = p.RocAuc,
            ["average_precision"] = p.AveragePrecision,
            ["log_loss"] = p.LogLoss,
            ["brier"] = p.Brier,
            ["ece10"] = p.CalibrationError,
            ["cbpe"] = new JsonObject
            {
                ["roc_auc"] = cbpe.RocAuc,
                ["accuracy"] = cbpe.Confusion.Accuracy,
                ["precision"] = cbpe.Confusion.Precision,
                ["recall"] = cbpe.Confusion.Recall,
                ["f1"] = cbpe.Confusion.F1,
            },
        };
    }

    private static JsonObject GroupShape(Confusion g) => new()
    {
        ["n"] = g.Total,
        ["favourable"] = g.TruePositives + g.FalsePositives,
        ["favourable_rate"] = g.PositiveRate,
        ["tpr"] = g.Recall,
        ["fpr"] = g.FalsePositiveRate,
        ["ppv"] = g.Precision,
        ["base_rate"] = g.BaseRate,
    };
}
