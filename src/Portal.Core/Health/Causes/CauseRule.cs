using System.Text.RegularExpressions;
using Portal.Core.Workloads;

namespace Portal.Core.Health.Causes;

/// <summary>From what was said to a cause. The machine's reason decides; the text only tells apart what one reason covers.</summary>
/// <param name="Reasons">Reasons it is about, parted by |; empty for any.</param>
/// <param name="Code">Code of the cause.</param>
/// <param name="State">State of a workload that this is said of.</param>
/// <param name="Text">Pattern that the message must hold, or null; its named groups fill the cause's text.</param>
internal sealed record CauseRule(EvidenceSource Source, string Reasons, string Code, WorkloadState State, string? Text = null)
{
    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    private readonly string[] _reasons = Reasons.Split('|', StringSplitOptions.RemoveEmptyEntries);
    private readonly Regex? _text = Text is null ? null : new Regex(Text, Options, TimeSpan.FromSeconds(1));

    /// <summary>The verdict when the rule is about this, else null.</summary>
    public WorkloadStatus? Apply(Evidence said)
    {
        if (said.Source != Source || (_reasons.Length > 0 && !_reasons.Contains(said.Reason, StringComparer.Ordinal)))
            return null;
        var status = new WorkloadStatus(State, Code, said.Message);
        if (_text is null)
            return status;
        var match = _text.Match(said.Message);
        return match.Success ? match.Groups.Values.Where(g => g.Success && !char.IsAsciiDigit(g.Name[0]))
            .Aggregate(status, (s, g) => s.With(g.Name, g.Value.Trim())) : null;
    }
}
