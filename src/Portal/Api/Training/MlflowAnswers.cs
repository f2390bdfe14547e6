using System.Text.Json.Nodes;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Localization;

namespace Portal.Api.Training;

/// <summary>Answers in MLflow's shapes.</summary>
internal sealed class MlflowAnswers(RefusalText words)
{
    /// <summary>The refusal as MLflow's clients expect it.</summary>
    public IResult Error(Refusal refusal)
    {
        var (status, code) = refusal.Kind switch
        {
            RefusalKind.NotFound => (StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST"),
            RefusalKind.Forbidden => (StatusCodes.Status403Forbidden, "PERMISSION_DENIED"),
            RefusalKind.Conflict => (StatusCodes.Status409Conflict, "INVALID_STATE"),
            _ => (StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE"),
        };
        return Error(status, code, words.Of(refusal));
    }

    /// <summary>Without a valid token nobody learns which runs there are.</summary>
    public static IResult Unauthenticated() => Error(
        StatusCodes.Status401Unauthorized, "UNAUTHENTICATED",
        "Send the run's token as a bearer token: it is in MLFLOW_TRACKING_TOKEN while the run lasts.");

    public static IResult Error(int status, string code, string message) =>
        Results.Json(new JsonObject { ["error_code"] = code, ["message"] = message }, statusCode: status);

    public static IResult Empty() => Results.Json(new JsonObject());

    /// <summary>The experiment of a run: its project.</summary>
    public static IResult Experiment(ReportingRun run) => Results.Json(new JsonObject
    {
        ["experiment"] = new JsonObject
        {
            ["experiment_id"] = run.ProjectId.ToString("N"),
            ["name"] = run.ProjectName,
            ["artifact_location"] = $"mlflow-artifacts:/{run.ProjectId:N}",
            ["lifecycle_stage"] = "active",
        },
    });

    /// <summary>The run with empty data: what was reported is read on the portal's pages.</summary>
    public static IResult Run(ReportingRun run) => Results.Json(new JsonObject
    {
        ["run"] = new JsonObject { ["info"] = Info(run), ["data"] = new JsonObject() },
    });

    /// <summary>Only the head of the run.</summary>
    public static IResult RunInfo(ReportingRun run) => Results.Json(new JsonObject { ["run_info"] = Info(run) });

    private static JsonObject Info(ReportingRun run) => new()
    {
        ["run_id"] = run.Id.ToString("N"),
        ["run_uuid"] = run.Id.ToString("N"),
        ["run_name"] = run.Name,
        ["experiment_id"] = run.ProjectId.ToString("N"),
        ["user_id"] = run.CreatedBy.ToString("D"),
        ["status"] = run.Status.Length > 0 ? run.Status : "RUNNING",
        ["start_time"] = (run.StartedAt ?? run.CreatedAt).ToUnixTimeMilliseconds(),
        ["artifact_uri"] = $"mlflow-artifacts:/{run.ProjectId:N}/{run.Id:N}/artifacts",
        ["lifecycle_stage"] = "active",
    };
}
