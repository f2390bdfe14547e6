using MudBlazor.Services;
using Portal.Components.Layout;
using Portal.Components.Pages.Changes;
using Portal.Components.Pages.Workloads;
using Portal.Components.Shared;

namespace Portal.Components;

/// <summary>The Blazor side: components, circuits and what pages share.</summary>
internal static class PageServices
{
    // A field sends its whole text twice in one message, and a larger one ends the circuit. Fields take half a million characters,
    // of which one may need three bytes; what is too long for its purpose is then refused in words.
    private const int LargestMessage = 4 * 1024 * 1024;

    public static void AddPortalPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 100;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(3);
            circuits.MaxBufferedUnacknowledgedRenderBatches = 10;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        services.AddMudServices();
        services.AddScoped<Toasts>();
        services.AddScoped<PaletteSearch>();
        services.AddScoped<NoteSearch>();
        services.AddScoped<LaunchServices>();
        services.AddScoped<FieldWords>();
    }

    public static void MapPortalPages(this WebApplication app) =>
        // The policy of frame ancestors is in our own header; a second one would only confuse.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
}
