using System.Diagnostics;
using Microsoft.AspNetCore.Components;

namespace Portal.Components.Shared;

/// <summary>Logs the exception under the trace id that the page shows.</summary>
public partial class ErrorPanel
{
    private readonly string _trace = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");

    /// <summary>What was being done; the general title when null.</summary>
    [Parameter]
    public string? Title { get; set; }

    [Parameter]
    public string? Text { get; set; }

    /// <summary>Goes to the log, never to the page.</summary>
    [Parameter]
    public Exception? Exception { get; set; }

    [Parameter]
    public EventCallback OnRetry { get; set; }

    [Inject]
    private ILogger<ErrorPanel> Log { get; set; } = default!;

    protected override void OnInitialized()
    {
        if (Exception is not null)
            PageFailed(Log, _trace, Exception);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A page failed, trace {Trace}")]
    private static partial void PageFailed(ILogger logger, string trace, Exception exception);
}
