using Microsoft.AspNetCore.Localization;

namespace Portal.Localization;

/// <summary>Languages and how a reader's is chosen: their cookie, then their browser.</summary>
internal static class WordsServices
{
    public static readonly string[] Languages = ["en", "zh-Hans"];

    public static void AddPortalWords(this IServiceCollection services)
    {
        services.AddLocalization();
        services.AddScoped<Words>();
        services.AddScoped<ReaderZone>();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture("en").AddSupportedCultures(Languages).AddSupportedUICultures(Languages);
            options.RequestCultureProviders =
            [
                new CookieRequestCultureProvider { CookieName = "portal.culture" },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UsePortalWords(this WebApplication app) => app.UseRequestLocalization();
}
