using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Api.Training;

/// <summary>
/// MLflow's artefact proxy for a run's own token: <c>PUT</c> keeps a file. Paths may begin with
/// <c>experiment/run/artifacts/</c>, as MLflow's client builds them from the run's artifact_uri, or stand for themselves.
/// </summary>
internal static class MlflowArtefactRoutes
{
    public static void MapMlflowArtefacts(this IEndpointRouteBuilder app) =>
        app.MapPut("/api/2.0/mlflow-artifacts/artifacts/{**path}", SaveAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();

    private static async Task<IResult> SaveAsync(HttpContext context, string path, TrainingArtefacts artefacts, MlflowAnswers answers)
    {
        if (await MlflowCall.FromAsync(context) is not { Run: var run })
            return MlflowAnswers.Unauthenticated();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = ReportLimits.ArtefactBytes;
        var own = $"{run.ProjectId:N}/{run.Id:N}/artifacts/";
        var name = path.StartsWith(own, StringComparison.Ordinal) ? path[own.Length..] : path;
        var result = await artefacts.SaveAsync(Actor.Workload, run.Id, name, context.Request.Body, context.RequestAborted);
        return result.Succeeded ? Results.Json(new JsonObject()) : answers.Error(result.Refusal);
    }
}
