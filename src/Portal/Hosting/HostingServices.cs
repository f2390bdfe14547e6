using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;

namespace Portal.Hosting;

/// <summary>What stands around the pages: limits, keys, headers, compression, errors.</summary>
internal static class HostingServices
{
    public static void AddPortalHosting(this WebApplicationBuilder builder, PortalSettings settings)
    {
        Directory.CreateDirectory(settings.DataDirectory);
        builder.Services.AddSingleton(settings);
        builder.Services.AddDataProtection()
            .SetApplicationName("mlops-portal")
            .PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(settings.DataDirectory, "keys")));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 30_000_000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        if (settings.MetricsPort != 0)
            builder.WebHost.UseUrls($"{builder.Configuration["urls"] ?? "http://127.0.0.1:8080"};http://*:{settings.MetricsPort}");
        // A browser whose circuit ends reconnects at once to the dying process and would hold it.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddResponseCompression(compression =>
        {
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddHttpContextAccessor();
        builder.Services.Configure<ForwardedHeadersOptions>(options => TrustOneProxy(options, Believed(builder.Configuration)));
    }

    public static void UsePortalHosting(this WebApplication app)
    {
        if (Believed(app.Configuration) != ForwardedHeaders.None)
            app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<SameOriginSockets>();
        app.UseResponseCompression();
        app.UseWhen(IsForPeople, pages =>
        {
            pages.UseExceptionHandler("/error", createScopeForErrors: true);
            pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        });
        app.UseWhen(context => !IsForPeople(context), calls => calls.UseExceptionHandler().UseStatusCodePages());
        app.UseRouting();
    }

    private static bool IsForPeople(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    // Whoever has addresses believed says that a proxy of theirs is the only way in. Who claims to speak https gains nothing by it.
    private static ForwardedHeaders Believed(IConfiguration configuration) => configuration.GetValue<bool>("ForwardedHeaders:Enabled")
        ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost
        : configuration.GetValue<bool>("ForwardedHeaders:Protocol") ? ForwardedHeaders.XForwardedProto : ForwardedHeaders.None;

    private static void TrustOneProxy(ForwardedHeadersOptions options, ForwardedHeaders believed)
    {
        options.ForwardedHeaders = believed;
        options.ForwardLimit = 1;
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
    }
}
