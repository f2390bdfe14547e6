using System.Globalization;
using System.Text;

namespace Portal.Sample;

/// <summary>
/// A month of production data made by drawing real applications with replacement. In the last days applications of younger
/// people and of larger amounts are drawn more often: a shift of the inputs, every row of which is real.
/// </summary>
public sealed class SampleRows
{
    private const int RowsPerDay = 320;
    private const double Younger = -0.6;
    private const double Larger = 0.45;
    private readonly string _header;
    private readonly string[] _rows;
    private readonly double[] _shifted;

    /// <param name="csv">The data set, header first.</param>
    public SampleRows(string csv)
    {
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _header = lines[0];
        _rows = lines[1..];
        var columns = _header.Split(',');
        var age = Standardised(Array.IndexOf(columns, "age"));
        var amount = Standardised(Array.IndexOf(columns, "amount"));
        _shifted = Cumulative([.. age.Select((a, i) => Math.Exp(Younger * a + Larger * amount[i]))]);
    }

    /// <summary>CSV with a <c>time</c> column: one day of applications for each day that ends before <paramref name="today"/>.</summary>
    /// <param name="days">How many days.</param>
    /// <param name="drifting">How many of them, at the end, drift.</param>
    /// <param name="seed">The same seed gives the same rows.</param>
    public string Month(DateTimeOffset today, int days, int drifting, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder().Append("time,").Append(_header).Append('\n');
        var midnight = new DateTimeOffset(today.UtcDateTime.Date, TimeSpan.Zero);
        for (var day = -days; day < 0; day++)
        {
            for (var i = 0; i < RowsPerDay; i++)
            {
                var at = midnight.AddDays(day).AddSeconds(86400.0 * i / RowsPerDay);
                var row = day < -drifting ? random.Next(_rows.Length) : Draw(random.NextDouble());
                text.Append(at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)).Append(',').Append(_rows[row]).Append('\n');
            }
        }
        return text.ToString();
    }

    private int Draw(double share)
    {
        var index = Array.BinarySearch(_shifted, share);
        return Math.Min(index < 0 ? ~index : index, _rows.Length - 1);
    }

    private double[] Standardised(int column)
    {
        var values = Array.ConvertAll(_rows, r => double.Parse(r.Split(',')[column], CultureInfo.InvariantCulture));
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return Array.ConvertAll(values, v => (v - mean) / deviation);
    }

    private static double[] Cumulative(double[] weights)
    {
        var sum = weights.Sum();
        var running = 0.0;
        return Array.ConvertAll(weights, w => running += w / sum);
    }
}
