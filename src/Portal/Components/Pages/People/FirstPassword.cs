using System.Security.Cryptography;

namespace Portal.Components.Pages.People;

/// <summary>The password that an account starts with; or starts again with; shown once to the one who makes it.</summary>
internal static class FirstPassword
{
    // Without the characters that are mistaken for one another.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Twenty random characters in groups of five: about 99 bits.</summary>
    public static string New() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));
}
