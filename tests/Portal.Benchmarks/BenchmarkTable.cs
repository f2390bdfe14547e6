namespace Portal.Benchmarks;

/// <summary>Prints rows as an aligned table.</summary>
internal static class BenchmarkTable
{
    public static void Print(IReadOnlyList<BenchmarkRow> rows, TextWriter output)
    {
        int name = Width(rows.Select(r => r.Name), "name"), measured = Width(rows.Select(r => r.Measured), "measured"),
            asked = Width(rows.Select(r => r.Asked), "asked");
        void Line(string a, string b, string c, string d) =>
            output.WriteLine($"{a.PadRight(name)} | {b.PadLeft(measured)} | {c.PadLeft(asked)} | {d}");

        Line("name", "measured", "asked", "ok");
        foreach (var row in rows) Line(row.Name, row.Measured, row.Asked, row.Ok ? "yes" : "NO");
    }

    private static int Width(IEnumerable<string> cells, string title) => cells.Append(title).Max(c => c.Length);
}
