using System.Globalization;

namespace Portal.DriftVectors;

/// <summary>A case to run.</summary>
internal sealed record VectorCase(string Name, Action<CaseResult> Body)
{
    public CaseResult Run()
    {
        var result = new CaseResult(Name);
        try
        {
            Body(result);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A crash is a failed case, and the cases after it must still be judged.
            result.Failures.Add($"{error.GetType().Name}: {error.Message}");
        }

        return result;
    }
}

/// <summary>What the checks of a case found.</summary>
internal sealed class CaseResult(string name)
{
    public string Name { get; } = name;

    public int Checks { get; set; }

    public List<string> Failures { get; } = [];

    public Worst Exact { get; } = new();

    public Worst Sketch { get; } = new();
}

/// <summary>The largest deviation seen, in units of its tolerance.</summary>
internal sealed class Worst
{
    private double _share;
    private string _at = "";

    public void Note(double share, string at)
    {
        if (share > _share) (_share, _at) = (share, at);
    }

    public override string ToString() => _at.Length == 0
        ? "identical"
        : string.Create(CultureInfo.InvariantCulture, $"{_share:G3} of tolerance at {_at}");
}
