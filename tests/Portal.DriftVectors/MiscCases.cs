using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Drift.Explanations;
using Portal.Core.Drift.Performance;
using Portal.Core.Drift.Statistics;

namespace Portal.DriftVectors;

/// <summary>Multiple testing, linear Shapley values, joining late labels.</summary>
internal static class MiscCases
{
    public static void Run(string kind, JsonElement c, CaseResult result)
    {
        switch (kind)
        {
            case "benjamini_hochberg":
                Adjusted(c, result);
                break;
            case "shap_linear":
                Shap(c, result);
                break;
            case "label_join":
                Join(c, result);
                break;
            default:
                result.Failures.Add($"no such kind of case: {kind}");
                break;
        }
    }

    private static void Adjusted(JsonElement c, CaseResult result)
    {
        var q = BenjaminiHochberg.Adjust(Inputs.Known(c.GetProperty("p")));
        var shape = new JsonObject { ["q"] = Array(q), ["rejected_at_0p05"] = q.Count(x => x <= 0.05) };
        new Comparison(result, result.Exact, "", path => path == "p" ? Tolerance.Ignored : Tolerance.Default).Check(c, shape);
    }

    private static void Shap(JsonElement c, CaseResult result)
    {
        var shap = LinearShap.Explain(
            Inputs.Known(c.GetProperty("weights")), c.GetProperty("bias").GetDouble(),
            [.. c.GetProperty("background").EnumerateArray().Select(Inputs.Known)], Inputs.Known(c.GetProperty("x")));
        var shape = new JsonObject { ["phi"] = Array(shap.Contributions), ["base_value"] = shap.BaseValue, ["f_x"] = shap.Prediction };
        string[] inputs = ["note", "weights", "bias", "background", "x"];
        new Comparison(result, result.Exact, "", path => inputs.Contains(path) ? Tolerance.Ignored : Tolerance.Default).Check(c, shape);
    }

    private static void Join(JsonElement c, CaseResult result)
    {
        var joined = LabelJoin.Of(
            c.GetProperty("predictions").EnumerateArray()
                .Select(p => new ServedPrediction(Inputs.Label(p.GetProperty("id"))!, Time(p), p.GetProperty("prediction").GetDouble())),
            c.GetProperty("labels").EnumerateArray()
                .Select(l => new LabelEvent(Inputs.Label(l.GetProperty("id"))!, Time(l), l.GetProperty("label").GetDouble())),
            [.. c.GetProperty("windows").EnumerateArray().Select(w => (w[0].GetDouble(), w[1].GetDouble()))]);
        var shape = new JsonObject
        {
            ["duplicate_predictions"] = joined.DuplicatePredictions,
            ["orphan_labels"] = joined.OrphanLabels,
            ["windows"] = new JsonArray([.. joined.Windows.Select(w => new JsonObject
            {
                ["start"] = w.Start, ["end"] = w.End, ["predictions"] = w.Predictions,
                ["labelled"] = w.Labelled, ["coverage"] = w.Coverage, ["accuracy"] = w.Accuracy,
            })]),
        };
        new Comparison(result, result.Exact, "", Tolerances.Exact).Check(c.GetProperty("expect"), shape);
    }

    private static double Time(JsonElement e) => e.GetProperty("time").GetDouble();

    private static JsonArray Array(double[] values) => new([.. values.Select(v => JsonValue.Create(v))]);
}
