namespace Portal.DriftVectors;

/// <summary>How far a number may be from the expected one; a share above 1 fails.</summary>
internal sealed record Tolerance(Func<double, double, double> Share)
{
    /// <summary>Two probabilities below this are equal.</summary>
    private const double Tiny = 1e-100;

    public static readonly Tolerance Ignored = new((_, _) => 0);
    public static readonly Tolerance Unordered = new((_, _) => 0);

    /// <summary>Of more names than a sketch keeps, those it keeps must be among the expected.</summary>
    public static readonly Tolerance MostFrequent = new((_, _) => 0);
    public static readonly Tolerance Exact = new((e, a) => e == a ? 0 : double.PositiveInfinity);
    public static readonly Tolerance Default = Relative(1e-9, 1e-12);
    public static readonly Tolerance Probability = new((e, a) => AreTiny(e, a) ? 0 : Relative(1e-7, 1e-300).Share(e, a));
    public static readonly Tolerance ProbabilityByDefault = new((e, a) => AreTiny(e, a) ? 0 : Default.Share(e, a));

    /// <summary>Large-sample probabilities: a factor of 10^0.15, or 0.01.</summary>
    public static readonly Tolerance Asymptotic = new((e, a) => AreTiny(e, a)
        ? 0
        : Math.Min(Math.Abs(e - a) / 0.01, e > 0 && a > 0 ? Math.Abs(Math.Log10(a / e)) / 0.15 : double.PositiveInfinity));

    public static Tolerance Absolute(double limit) => new((e, a) => Math.Abs(e - a) / limit);

    public static Tolerance Relative(double relative, double absolute) =>
        new((e, a) => e == a ? 0 : Math.Abs(e - a) / Math.Max(relative * Math.Abs(e), absolute));

    private static bool AreTiny(double e, double a) => e < Tiny && a < Tiny;
}
