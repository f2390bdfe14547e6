using System.Globalization;
using System.Text.Json;

namespace Portal.DriftVectors;

/// <summary>Runs every case of a vector file and prints its worst deviation in units of its tolerance.</summary>
public static class VectorSuite
{
    private const string Format = "drift-vectors/1";

    /// <summary>Returns 0 when everything passed, 1 when a case failed, 2 when the file cannot be read.</summary>
    public static int Run(string path, TextWriter output)
    {
        if (!File.Exists(path))
        {
            output.WriteLine($"{path}: no such file");
            return 2;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var format = document.RootElement.TryGetProperty("format", out var value) ? value.GetString() : null;
        if (format != Format)
        {
            output.WriteLine($"{path}: format is {format ?? "not given"}, expected {Format}");
            return 2;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        int passed = 0, failed = 0;
        foreach (var result in Cases(document.RootElement, folder).Select(c => c.Run()))
        {
            Print(result, output);
            if (result.Failures.Count == 0) passed++;
            else failed++;
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private static IEnumerable<VectorCase> Cases(JsonElement root, string folder)
    {
        foreach (var c in Each(root, "numeric")) yield return new($"numeric/{Name(c)}", r => FeatureCases.Numeric(c, r));
        foreach (var c in Each(root, "categorical")) yield return new($"categorical/{Name(c)}", r => FeatureCases.Categorical(c, r));
        foreach (var c in Each(root, "binary")) yield return new($"binary/{Name(c)}", r => PerformanceCases.Binary(c, r));
        foreach (var c in Each(root, "regression")) yield return new($"regression/{Name(c)}", r => PerformanceCases.Regression(c, r));
        foreach (var c in Each(root, "multiclass")) yield return new($"multiclass/{Name(c)}", r => PerformanceCases.Multiclass(c, r));
        if (root.TryGetProperty("misc", out var misc))
        {
            foreach (var c in misc.EnumerateObject()) yield return new($"misc/{c.Name}", r => MiscCases.Run(c.Name, c.Value, r));
        }

        foreach (var c in Each(root, "real")) yield return new($"real/{Name(c)}", r => RealCases.Run(c, folder, r));
    }

    private static IEnumerable<JsonElement> Each(JsonElement root, string set) =>
        root.TryGetProperty(set, out var cases) && cases.ValueKind == JsonValueKind.Array ? cases.EnumerateArray() : [];

    private static string Name(JsonElement c) => c.TryGetProperty("name", out var name) ? name.GetString() ?? "unnamed" : "unnamed";

    private static void Print(CaseResult result, TextWriter output)
    {
        var verdict = result.Failures.Count == 0 ? "pass" : "FAIL";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{verdict}  {result.Name,-32} {result.Checks,6} checks  exact {result.Exact}  sketch {result.Sketch}"));
        foreach (var failure in result.Failures.Take(8)) output.WriteLine($"      {failure}");
        if (result.Failures.Count > 8) output.WriteLine($"      and {result.Failures.Count - 8} more");
    }
}
