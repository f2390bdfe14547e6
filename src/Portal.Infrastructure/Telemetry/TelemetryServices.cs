using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Portal.Infrastructure.Telemetry;

/// <summary>Traces and metrics; sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and served as /metrics.</summary>
public static class TelemetryServices
{
    /// <summary>Adds OpenTelemetry with the portal's own meters and sources.</summary>
    public static IServiceCollection AddPortalTelemetry(this IServiceCollection services)
    {
        var send = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));
        services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("mlops-portal"))
            .WithTracing(t =>
            {
                t.AddSource("portal.*").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddNpgsql();
                if (send)
                    t.AddOtlpExporter();
            })
            .WithMetrics(m =>
            {
                m.AddMeter("portal.*").AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
                    .AddPrometheusExporter();
                if (send)
                    m.AddOtlpExporter();
            });
        return services;
    }
}
