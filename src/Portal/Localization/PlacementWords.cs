using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Localization;

/// <summary>Why a project lives where it does, in the reader's words.</summary>
internal static class PlacementWords
{
    /// <summary>The sentence for a reason of placement.</summary>
    public static string Of(this Words say, PlacementReason reason) => say.Of(new Refusal(reason.Code)
    {
        // Stored as text; the data class has a word of its own in each language.
        Arguments = reason.Arguments.ToDictionary(
            a => a.Key, a => Enum.TryParse<DataClass>(a.Value, out var known) && Enum.IsDefined(known) && a.Key == "class" ? say.Of(known) : (object?)a.Value),
    });
}
