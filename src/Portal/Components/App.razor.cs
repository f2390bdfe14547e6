using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Portal.Accounts;
using Portal.Api;
using Portal.Localization;

namespace Portal.Components;

/// <summary>The document. What the reader chose (theme, folded navigation, time zone) comes by cookie, so that nothing flickers.</summary>
public partial class App
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    [Inject]
    private OpenCircuits Circuits { get; set; } = default!;

    // Pages that set cookies are plain forms and need no circuit.
    private IComponentRenderMode? Mode => Http.AcceptsInteractiveRouting() && !_full ? RenderMode.InteractiveServer : null;

    private string? Theme => Http.Request.Cookies["portal.theme"] is "light" or "dark" ? Http.Request.Cookies["portal.theme"] : null;

    private string? Nav => Http.Request.Cookies["portal.nav"] is "folded" ? "folded" : null;

    private bool _full;

    private string? Zone => Http.Request.Cookies[ReaderZone.Cookie];

    protected override void OnInitialized()
    {
        _full = Http.AcceptsInteractiveRouting() && Http.User.Identity is { IsAuthenticated: true } && Circuits.IsFull(Http.User.Actor().Id);
        if (!_full)
            return;
        Http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        Http.Response.Headers.RetryAfter = "30";
    }
}
