using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Browser;

/// <summary>Jupyter's own page, reached through the portal.</summary>
internal static partial class JupyterPage
{
    /// <summary>Makes a notebook, types a cell into it, executes it and waits for what it prints. No address ever carries a token.</summary>
    /// <param name="path">The portal's path of the notebook server.</param>
    public static async Task ExecuteAsync(IPage page, string path, string code, string printed)
    {
        var name = $"cell-{Guid.NewGuid():N}.ipynb";
        var made = await page.APIRequest.PutAsync($"{path}api/contents/{name}", new()
        {
            DataObject = new
            {
                type = "notebook",
                content = new
                {
                    cells = Array.Empty<object>(),
                    metadata = new { kernelspec = new { name = "python3", display_name = "Python 3" } },
                    nbformat = 4,
                    nbformat_minor = 4,
                },
            },
        });
        Assert.True(made.Ok, $"{made.Status} {await made.TextAsync()}");
        await page.GotoAsync($"{path}notebooks/{name}");
        await page.Locator(".kernel_idle_icon").First.WaitForAsync(new() { Timeout = 60_000, State = WaitForSelectorState.Attached });
        await page.Locator(".CodeMirror").First.ClickAsync();
        await page.Keyboard.InsertTextAsync(code);
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator(".output_text")).ToContainTextAsync(printed, new() { Timeout = 60_000 });
        Assert.DoesNotMatch(Secret(), page.Url);
    }

    [GeneratedRegex("token=", RegexOptions.None, 1000)]
    private static partial Regex Secret();
}
