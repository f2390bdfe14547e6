using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Accounts;
using Portal.Components.Pages.Changes;
using Portal.Components.Shared;
using Portal.Core.Catalog;
using Portal.Core.Data;
using Portal.Localization;

namespace Portal.Components.Tests.Shared;

/// <summary>What the shared components need around them.</summary>
public abstract class PortalContext : BunitContext
{
    protected PortalContext()
    {
        Services.AddMudServices();
        Services.AddLocalization();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<RefusalText>();
        Services.AddSingleton<CauseTexts>();
        Services.AddScoped<ReaderZone>();
        Services.AddScoped<Words>().AddSingleton(new CatalogOptions());
        Services.AddScoped<Toasts>();
        Services.AddSingleton<IChangeFeed>(Feed);
        Reader = this.AddAuthorization();
        Services.AddScoped<CurrentActor>().AddScoped<FieldWords>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", true));
        System.Globalization.CultureInfo.CurrentUICulture = System.Globalization.CultureInfo.GetCultureInfo("en");
    }

    protected ChangeFeed Feed { get; } = new();

    /// <summary>Who reads; nobody at first.</summary>
    protected BunitAuthorizationContext Reader { get; }
}
