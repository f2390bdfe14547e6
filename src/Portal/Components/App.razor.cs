using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Portal.Localization;

namespace Portal.Components;

/// <summary>The document. What the reader chose (theme, folded navigation, time zone) comes by cookie, so that nothing flickers.</summary>
public partial class App
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    // Pages that set cookies are plain forms and need no circuit.
    private IComponentRenderMode? Mode => Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;

    private string? Theme => Http.Request.Cookies["portal.theme"] is "light" or "dark" ? Http.Request.Cookies["portal.theme"] : null;

    private string? Nav => Http.Request.Cookies["portal.nav"] is "folded" ? "folded" : null;

    private string? Zone => Http.Request.Cookies[ReaderZone.Cookie];
}
