namespace Portal.Core.Data;

/// <summary>Keeps a secret in a row, unreadable to whoever has the database and not the installation's keys.</summary>
public interface IRowSeal
{
    /// <summary>Longest sealed text of a token, in characters.</summary>
    const int Limit = 1000;

    /// <summary>The text, sealed.</summary>
    string Seal(string text);

    /// <summary>The text, or null when nothing was sealed or the keys that it was sealed with are gone.</summary>
    string? Open(string sealedText);
}
