namespace Portal.Components.Shared;

/// <summary>How a toast looks and whether it is spoken at once.</summary>
public enum ToastKind { Info, Success, Error }

/// <summary>A short message after an action.</summary>
public sealed record Toast(ToastKind Kind, string Text)
{
    public Guid Id { get; } = Guid.NewGuid();
}

/// <summary>
/// Short messages of one page. Our own, because the library's snackbar writes style elements, which the content security policy forbids.
/// </summary>
public sealed class Toasts
{
    private readonly List<Toast> _shown = [];

    /// <summary>Raised when something is shown or goes.</summary>
    public event EventHandler? Changed;

    public IReadOnlyList<Toast> Shown => _shown;

    /// <summary>It worked.</summary>
    public void Success(string text) => Show(new(ToastKind.Success, text));

    /// <summary>It did not; stays until dismissed.</summary>
    public void Error(string text) => Show(new(ToastKind.Error, text));

    /// <summary>Something to know.</summary>
    public void Info(string text) => Show(new(ToastKind.Info, text));

    /// <summary>Takes one away.</summary>
    public void Dismiss(Toast toast)
    {
        if (_shown.Remove(toast))
            Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Show(Toast toast)
    {
        if (_shown.Count >= 4)
            _shown.RemoveAt(0);
        _shown.Add(toast);
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
