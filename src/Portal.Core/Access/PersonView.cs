namespace Portal.Core.Access;

/// <summary>What the form for a new account holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record PersonDraft(Guid Id, string UserName, string DisplayName, PlatformRole Role)
{
    /// <summary>Empty for none.</summary>
    public string Email { get; init; } = "";
}

/// <summary>A person as lists and pickers show them.</summary>
/// <param name="HasPassword">Signs in with a password of the portal's own, which can be set anew.</param>
/// <param name="Version">Changes with every change of the account; sent back with a command, it catches a stale page.</param>
public sealed record PersonRow(
    Guid Id, string UserName, string DisplayName, string? Email, PlatformRole Role, bool Disabled, bool HasPassword, string Version);
