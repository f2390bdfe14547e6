namespace Portal.Core.Drift.Performance;

/// <summary>One class against all others.</summary>
public sealed record ClassPerformance(string Name, Confusion Confusion)
{
    /// <summary>Rows truly of the class.</summary>
    public double Support => Confusion.TruePositives + Confusion.FalseNegatives;
}

/// <summary>Quality of a model that predicts one of several classes; the most probable class is predicted, the first of ties.</summary>
/// <param name="Count">Rows whose truth is one of the classes.</param>
/// <param name="Classes">Per class, in the order given.</param>
/// <param name="Matrix">Rows = truth, columns = prediction.</param>
/// <param name="LogLoss">Mean negative log likelihood; probabilities clipped to [2^-52, 1 - 2^-52] and renormalised.</param>
public sealed record MulticlassPerformance(
    int Count, IReadOnlyList<ClassPerformance> Classes, IReadOnlyList<long[]> Matrix, double? LogLoss)
{
    private const double Clip = 2.220446049250313e-16;

    /// <summary>Share of right predictions.</summary>
    public double? Accuracy => Ratio.Of(Classes.Sum(c => c.Confusion.TruePositives), Count);

    /// <summary>Mean F1 of the classes, 0 for an empty one.</summary>
    public double? MacroF1 => Ratio.Of(Classes.Sum(c => c.Confusion.F1 ?? 0), Classes.Count);

    /// <summary>F1 weighted by support.</summary>
    public double? WeightedF1 => Ratio.Of(Classes.Sum(c => (c.Confusion.F1 ?? 0) * c.Support), Count);

    /// <summary>Computes everything from truths and one probability per class and row.</summary>
    public static MulticlassPerformance Of(
        IReadOnlyList<string> classes, IReadOnlyList<string> truth, IReadOnlyList<IReadOnlyList<double>> probabilities)
    {
        var index = classes.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        var matrix = classes.Select(_ => new long[classes.Count]).ToArray();
        var loss = 0d;
        var count = 0;
        for (var row = 0; row < truth.Count; row++)
        {
            if (!index.TryGetValue(truth[row], out var actual)) continue;
            count++;
            matrix[actual][Best(probabilities[row])]++;
            var clipped = probabilities[row].Select(p => Math.Clamp(p, Clip, 1 - Clip)).ToArray();
            loss -= Math.Log(clipped[actual] / clipped.Sum());
        }

        var perClass = classes.Select((name, c) => new ClassPerformance(name, Against(matrix, c, count))).ToArray();
        return new(count, perClass, matrix, Ratio.Of(loss, count));
    }

    private static Confusion Against(long[][] matrix, int c, int count)
    {
        double tp = matrix[c][c], fn = matrix[c].Sum() - tp, fp = matrix.Sum(row => row[c]) - tp;
        return new(tp, fp, fn, count - tp - fn - fp);
    }

    private static int Best(IReadOnlyList<double> probabilities)
    {
        var best = 0;
        for (var c = 1; c < probabilities.Count; c++)
        {
            if (probabilities[c] > probabilities[best]) best = c;
        }

        return best;
    }
}
