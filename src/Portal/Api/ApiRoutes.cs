using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Portal.Api.Audit;
using Portal.Api.Causes;
using Portal.Api.Clusters;
using Portal.Api.Hardware;
using Portal.Api.Monitoring;
using Portal.Api.Notebooks;
using Portal.Api.Projects;
using Portal.Api.Quotas;
using Portal.Api.Teams;
using Portal.Api.Tokens;
using Portal.Api.Training;
using Portal.Api.Waiting;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Api;

/// <summary>The REST API: everything under <c>/api/v1</c>, described at <c>/openapi/v1.json</c>.</summary>
public static class ApiRoutes
{
    /// <summary>Name of the policy: signed in by a token, or by the browser's cookie for reading.</summary>
    public const string Policy = "api";

    private const string Root = "/api/v1";

    /// <summary>Adds what the API needs; call after the authentication of the pages.</summary>
    public static IServiceCollection AddPortalApi(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(Policy, new AuthorizationPolicyBuilder(
            TokenAuthentication.SchemeName, IdentityConstants.ApplicationScheme).RequireAuthenticatedUser().Build());
        services.AddSingleton<RefusalText>().AddSingleton<CauseTexts>().AddSingleton<Problems>();
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.Converters.Add(new JsonStringEnumConverter(allowIntegerValues: false)));
        services.AddOpenApi("v1", o => o.AddDocumentTransformer<ApiDescription>());
        return services;
    }

    /// <summary>Between authorization and the endpoints: repeats with an idempotency key are answered here.</summary>
    public static IApplicationBuilder UsePortalApi(this IApplicationBuilder app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal),
        api => api.UseMiddleware<IdempotencyMiddleware>());

    /// <summary>Maps every endpoint group.</summary>
    public static void MapPortalApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapAuditExport();
        var api = app.MapGroup(Root).RequireAuthorization(Policy).DisableAntiforgery().AddEndpointFilter(RequireTokenToChange);
        api.MapTokens();
        api.MapAudit();
        api.MapHardware();
        api.MapCauses();
        api.MapClusters();
        api.MapQuotas();
        api.MapMonitoring();
        api.MapProjects();
        api.MapTeams();
        api.MapPeople();
        api.MapNotebooks();
        api.MapTraining();
        api.MapWaiting();
    }

    /// <summary>Who calls.</summary>
    public static Actor Actor(this ClaimsPrincipal user) => new(
        Guid.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier)!), user.FindFirstValue(ClaimTypes.Name) ?? "");

    // A cookie rides along with requests that another site's page makes; a token does not.
    private static ValueTask<object?> RequireTokenToChange(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return reads || http.User.Identities.Any(i => i.AuthenticationType == TokenAuthentication.SchemeName)
            ? next(context)
            : new(http.RequestServices.GetRequiredService<Problems>().Of(new Refusal("api.token_required", RefusalKind.Forbidden)));
    }
}
