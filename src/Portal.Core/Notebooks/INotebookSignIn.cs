using System.Net.Http.Headers;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>Gets the portal's own requests into a notebook's server.</summary>
public interface INotebookSignIn
{
    /// <summary>The cookie of Jupyter's guard against forged requests, and the name of the form's field that repeats it.</summary>
    const string ForgeryCookie = "_xsrf";

    /// <summary>The header that repeats it.</summary>
    const string ForgeryHeader = "X-XSRFToken";

    /// <summary>Puts on a request what lets it in.</summary>
    /// <param name="forgeryToken">The caller's own token against forged requests; empty for one of the portal's.</param>
    /// <exception cref="HttpRequestException">The server cannot be reached or does not take its token.</exception>
    Task AuthorizeAsync(HttpRequestHeaders headers, NotebookTarget target, WorkloadRoute route, CancellationToken ct, string forgeryToken = "");

    /// <summary>Signs in anew at the next request: a server that was started again knows nobody.</summary>
    void Forget(NotebookTarget target);
}
