using System.Globalization;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Tests.Drift;

public class CsvScanTests
{
    [Fact]
    public void Infer_FindsKindsAndRoles()
    {
        var rows = Enumerable.Range(0, 50).Select(i => $"{i},2026-03-{i % 28 + 1:00}T10:00:00Z,{i * 1.5},{"abc"[i % 3]},0.{i:00},{i % 2}");
        var schema = Infer("customer_id,event_time,amount,grade,score,target\n" + string.Join('\n', rows));
        Assert.Equal(
            [ColumnRole.Id, ColumnRole.Time, ColumnRole.Feature, ColumnRole.Feature, ColumnRole.Prediction, ColumnRole.Label],
            schema.Select(c => c.Role));
        Assert.Equal(FeatureKind.Categorical, schema[3].Kind);
        Assert.Equal(FeatureKind.Numeric, schema[2].Kind);
    }

    [Fact]
    public void Reference_TextInANumberColumn_IsCountedNotLost()
    {
        var text = "x,c\n" + string.Concat(Enumerable.Range(0, 200).Select(i => i % 40 == 0 ? "oops,a\n" : i % 40 == 1 ? ",\n" : i % 40 == 2 ? "inf,b\n" : $"{i}.25,a\n"));
        var reference = Build(text);
        Assert.Equal(new SideCounts(185, 5, 5, 5), reference.Features[0].Self.Counts);
        Assert.Equal(new SideCounts(195, 5), reference.Features[1].Self.Counts);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("-0.1", -0.1)]
    [InlineData("123456789012345.6", 123456789012345.6)]
    [InlineData("0.000000000000001", 0.000000000000001)]
    [InlineData("1e300", 1e300)]
    [InlineData("+4.5", 4.5)]
    [InlineData(" 7.5 ", 7.5)]
    [InlineData(".5", 0.5)]
    [InlineData("3.", 3)]
    [InlineData("179769313486231570000", 179769313486231570000d)]
    public void Numbers_AreReadAsTheRuntimeReadsThem(string field, double expected)
    {
        var text = "x\n" + string.Concat(Enumerable.Repeat($"{field}\n", 3));
        Assert.Equal(expected, ((NumericSketch)Build(text).Features[0].Self).Min);
    }

    [Fact]
    public void Numbers_RandomDoubles_AreReadExactly()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 5000).Select(_ => Math.Round(Samples.Gauss(random) * Math.Pow(10, random.Next(-6, 9)), random.Next(0, 9))).ToArray();
        var text = "x\n" + string.Concat(values.Select(v => v.ToString("F8", CultureInfo.InvariantCulture) + "\n"));
        var exact = values.Select(v => double.Parse(v.ToString("F8", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + 0.0).ToArray();
        var direct = NumericReference.Build("x", exact, new(0, 0));
        Assert.Equal(direct.ToBytes(), Build(text).Features[0].ToBytes());
    }

    [Fact]
    public void Reference_TooLargeToHold_CountsExactlyInASecondPass()
    {
        var random = new Random(8);
        var text = "x\n" + string.Concat(Enumerable.Range(0, 20_000).Select(_ => Samples.Gauss(random).ToString("R", CultureInfo.InvariantCulture) + "\n"));
        var table = CsvTable.Open(CsvTableTests.Stream(text)).Value;
        var schema = SchemaInference.Infer(table).Value;
        var exact = (NumericReference)ReferenceScan.Build(table, schema).Value.Features[0];
        var sampled = (NumericReference)ReferenceScan.Build(table, schema, mostValues: 4000).Value.Features[0];

        var self = (NumericSketch)sampled.Self;
        Assert.Equal(20_000, self.Values);
        Assert.Equal(exact.Statistics!.Min, self.Min);
        Assert.Equal(exact.Statistics.Max, self.Max);
        Assert.Equal(exact.Statistics.Mean!.Value, self.Mean!.Value, 10);
        Assert.InRange(sampled.Compare(self).Kolmogorov!.D, 0, 1e-12);
    }

    [Fact]
    public void Windows_FollowEventTimeAndKeepEveryRow()
    {
        var reference = Build("x,c\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},a\n")));
        var rows = Enumerable.Range(0, 240).Select(i => $"{i},{(i % 2 == 0 ? "a" : "b")},{new DateTime(2026, 1, 1).AddHours(i % 72):s}\n");
        var table = CsvTable.Open(CsvTableTests.Stream("x,c,time\n" + string.Concat(rows))).Value;

        var windows = WindowScan.Sketch(table, reference.Features, "time", TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch).Value;
        Assert.Equal([1, 2, 3], windows.Select(w => w.Start.Day));
        Assert.Equal(240, windows.Sum(w => w.Rows));
        Assert.Equal(240, windows.Sum(w => w.Sketches[0].Counts.Values));
    }

    [Theory]
    [InlineData("y\n1\n", "csv.columns_missing")]
    [InlineData("x,time\n1,yesterday\n", "csv.time_unreadable")]
    [InlineData("x,time\n1\n", "csv.ragged")]
    public void Windows_BadFile_IsRefusedWithItsCode(string text, string code)
    {
        var reference = Build("x\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i}\n")));
        var table = CsvTable.Open(CsvTableTests.Stream(text)).Value;
        var time = table.IndexOf("time") >= 0 ? "time" : null;
        Assert.Equal(code, WindowScan.Sketch(table, reference.Features, time, TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch).Refusal?.Code);
    }

    [Fact]
    public void Scan_OfAVeryLargeFile_KeepsMemoryBounded()
    {
        using var file = new RepeatedText("x,c\n", string.Concat(Enumerable.Range(0, 4096).Select(i => $"{i % 97}.5000000000,{Label(i)}\n")), 500_000_000);
        var reference = Build("x,c\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i % 97}.5,{Label(i)}\n")));
        var table = CsvTable.Open(file).Value;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var windows = WindowScan.Sketch(table, reference.Features, null, TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch).Value;

        // Everything ever allocated, not only what is held at once, stays far below the 500 MB that were read.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.InRange(windows[0].Rows, 5_000_000, 50_000_000);
    }

    private static string Label(int i) => $"a category with a long name, number {i % 7}".Replace(',', ';');

    private static IReadOnlyList<ColumnSchema> Infer(string text) => SchemaInference.Infer(CsvTable.Open(CsvTableTests.Stream(text)).Value).Value;

    private static ReferenceData Build(string text)
    {
        var table = CsvTable.Open(CsvTableTests.Stream(text)).Value;
        return ReferenceScan.Build(table, SchemaInference.Infer(table).Value).Value;
    }
}
