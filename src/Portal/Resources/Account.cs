namespace Portal.Resources;

/// <summary>The words of the sign-in and account pages.</summary>
public sealed class Account;
