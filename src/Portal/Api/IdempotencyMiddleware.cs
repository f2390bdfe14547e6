using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Portal.Core.Idempotency;
using Portal.Core.Results;

namespace Portal.Api;

/// <summary>
/// A POST with an <c>Idempotency-Key</c> header is carried out once: a repeat is given the first answer.
/// Server errors are not remembered, so that a repeat may succeed.
/// </summary>
public sealed class IdempotencyMiddleware(IdempotencyStore store, Problems problems, RequestDelegate next)
{
    private const string Header = "Idempotency-Key";
    private const int KeyLimit = 200;
    private const int BodyLimit = 1 << 20;

    /// <summary>The middleware itself.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var key = context.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(context.Request.Method) || context.Request.ContentLength > BodyLimit)
        {
            await next(context);
            return;
        }
        if (key.Length > KeyLimit)
        {
            await problems.Of(new Refusal("idempotency.key").With("limit", KeyLimit)).ExecuteAsync(context);
            return;
        }
        var actor = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        var stored = HashOf(actor + "\n" + key);
        var request = await FingerprintAsync(context.Request);
        if (await store.FindOrTakeAsync(stored, request, context.RequestAborted) is { } earlier)
            await RepeatAsync(context, earlier, request);
        else
            await CarryOutAsync(context, stored);
    }

    private async Task RepeatAsync(HttpContext context, IdempotentRequest earlier, string request)
    {
        if (earlier.Request != request)
        {
            await problems.Of(new Refusal("idempotency.key_reused", RefusalKind.Conflict)).ExecuteAsync(context);
        }
        else if (earlier.Status == 0)
        {
            context.Response.Headers.RetryAfter = "1";
            await problems.Of(new Refusal("idempotency.in_progress", RefusalKind.Conflict)).ExecuteAsync(context);
        }
        else
        {
            context.Response.StatusCode = earlier.Status;
            context.Response.ContentType = earlier.ContentType.Length > 0 ? earlier.ContentType : null;
            context.Response.Headers.Location = earlier.Location;
            await context.Response.WriteAsync(earlier.Content, context.RequestAborted);
        }
    }

    private async Task CarryOutAsync(HttpContext context, string key)
    {
        var client = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        catch
        {
            context.Response.Body = client;
            await store.ReleaseAsync(key, CancellationToken.None);
            throw;
        }
        context.Response.Body = client;
        // The work is done: the client's hanging up must not lose the answer that its repeat will ask for.
        if (context.Response.StatusCode >= 500)
            await store.ReleaseAsync(key, CancellationToken.None);
        else
        {
            var (location, content) = (context.Response.Headers.Location.ToString(), Encoding.UTF8.GetString(answer.ToArray()));
            await store.AnswerAsync(key, context.Response.StatusCode, context.Response.ContentType ?? "", location, content, CancellationToken.None);
        }
        answer.Position = 0;
        await answer.CopyToAsync(client, context.RequestAborted);
    }

    private static async Task<string> FingerprintAsync(HttpRequest request)
    {
        request.EnableBuffering(BodyLimit);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
            hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
