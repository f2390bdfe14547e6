using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>What an account may be called and what its first password must be like. Pure.</summary>
public static class PersonRules
{
    /// <summary>Longest user name, in characters.</summary>
    public const int UserNameLimit = 100;

    /// <summary>Longest display name, in characters.</summary>
    public const int DisplayNameLimit = 200;

    /// <summary>Shortest password, in characters.</summary>
    public const int PasswordMinimum = 12;

    /// <summary>Null when the account may be made so; otherwise the first refusal, with its field.</summary>
    public static Refusal? Check(PersonDraft draft, string password) =>
        CheckUserName(draft.UserName)
        ?? TextRules.CheckRequired("DisplayName", draft.DisplayName, DisplayNameLimit)
        ?? TextRules.Check("Email", draft.Email, 256)
        ?? (draft.Email.Trim() is { Length: > 0 } mail && !IsMail(mail) ? new Refusal("person.email_invalid", Field: "Email") : null)
        ?? (Enum.IsDefined(draft.Role) ? null : new Refusal("person.role_unknown", Field: "Role"))
        ?? CheckPassword(password);

    /// <summary>Null when an account may begin with this password.</summary>
    public static Refusal? CheckPassword(string password) =>
        password.Length >= PasswordMinimum ? null : new Refusal("person.password_short", Field: "Password").With("minimum", PasswordMinimum);

    // The characters that Identity allows by default, so that an account made here can be signed in to.
    private static Refusal? CheckUserName(string name) =>
        TextRules.CheckRequired("UserName", name, UserNameLimit)
        ?? (name.Trim().All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '@' or '+')
            ? null : new Refusal("person.user_name_invalid", Field: "UserName"));

    private static bool IsMail(string mail) =>
        mail.IndexOf('@') is > 0 and var at && at == mail.LastIndexOf('@') && at < mail.Length - 1 && !mail.Contains(' ');
}
