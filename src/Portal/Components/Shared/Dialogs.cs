using MudBlazor;

namespace Portal.Components.Shared;

/// <summary>Questions to the reader.</summary>
public static class Dialogs
{
    /// <summary>True when the reader confirmed.</summary>
    /// <param name="question">Names the object.</param>
    /// <param name="action">The verb on the button.</param>
    /// <param name="loses">What is lost, or null.</param>
    /// <param name="keeps">What stays, or null.</param>
    public static async Task<bool> ConfirmAsync(
        this IDialogService dialogs, string question, string action, string? loses = null, string? keeps = null, bool dangerous = true)
    {
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { d => d.Question, question },
            { d => d.Action, action },
            { d => d.Loses, loses },
            { d => d.Keeps, keeps },
            { d => d.Dangerous, dangerous },
        };
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(null, parameters, new DialogOptions { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true });
        return await dialog.Result is { Canceled: false };
    }
}
