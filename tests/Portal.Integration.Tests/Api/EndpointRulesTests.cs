using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Integration.Tests.Api;

/// <summary>No route without a stated rule.</summary>
public class EndpointRulesTests(PortalFixture fixture)
{
    // What may be read without an account; everything else asks for one.
    private static readonly string[] Open =
        ["/healthz", "/readyz", "/metrics", "/openapi/{documentName}.json", "/sign-in", "/not-found", "/error", "/_framework", "/_content", "/_blazor",
            // What a run reports carries the run's own token, which the endpoint checks itself.
            "/api/2.0/mlflow"];

    // Blazor's own routes and the fallback that answers unknown addresses; the fallback policy asks for a signed-in person.
    private static readonly string[] Framework = ["/_blazor", "/_framework/opaque-redirect", "{**path:file}"];

    private IEnumerable<RouteEndpoint> Routes => fixture.Portal.Services
        .GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    [Fact]
    public void Route_Any_StatesItsRule()
    {
        var silent = Routes.Where(r => r.Metadata.GetMetadata<IAuthorizeData>() is null && r.Metadata.GetMetadata<IAllowAnonymous>() is null
                && !Array.Exists(Framework, f => r.RoutePattern.RawText?.StartsWith(f, StringComparison.Ordinal) == true))
            .Select(r => r.RoutePattern.RawText);

        Assert.Empty(silent);
    }

    [Fact]
    public void Route_OpenToAll_IsOnTheReviewedList()
    {
        var open = Routes.Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is not null
                && !r.Metadata.Any(m => m.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal)))
            .Select(r => "/" + r.RoutePattern.RawText?.TrimStart('/'))
            .Where(p => !Array.Exists(Open, o => p.StartsWith(o, StringComparison.Ordinal)));

        Assert.Empty(open);
    }

    [Fact]
    public async Task Route_AskedByNobody_GivesNothing()
    {
        using var client = fixture.Portal.Anonymous();
        var answers = new Dictionary<string, HttpStatusCode>(StringComparer.Ordinal);
        foreach (var route in Routes.Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(Fill))));
            var method = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : HttpMethods.Get;
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            answers[$"{method} {path}"] = answer.StatusCode;
        }

        Assert.NotEmpty(answers);
        Assert.All(answers, a => Assert.True(
            a.Value is HttpStatusCode.Found or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.BadRequest
                or HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType,
            $"{a.Key}: {(int)a.Value}"));
    }

    private static string Fill(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { ParameterPolicies: var p }
            when p.Any(x => x.Content == "guid") => Guid.Empty.ToString(),
        _ => "x",
    };
}
