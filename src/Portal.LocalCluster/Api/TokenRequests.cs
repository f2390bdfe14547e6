using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>serviceaccounts/token: a token for a service account that ends by itself.</summary>
internal sealed class TokenRequests(ObjectRegistry registry, Authentication authentication, TimeProvider clock)
{
    public const string Audience = "https://kubernetes.default.svc.cluster.local";

    private const long ShortestSeconds = 600;
    private const long UsualSeconds = 3600;

    public async Task Create(ApiRequest request)
    {
        var account = registry.Get(request.Type, request.Namespace, request.Name!);
        var body = await RequestBody.ReadObject(request, "TokenRequest", "authentication.k8s.io/v1");
        var seconds = body.Whole("spec", "expirationSeconds") ?? UsualSeconds;
        if (seconds < ShortestSeconds)
        {
            var causes = new Causes();
            causes.Invalid("spec.expirationSeconds", JsonValue.Create(seconds), "may not specify a duration less than 10 minutes");
            throw Refusals.Invalid("TokenRequest.authentication.k8s.io", "authentication.k8s.io", "TokenRequest", "", causes);
        }
        var now = clock.GetUtcNow();
        var until = now.AddSeconds(seconds);
        body["metadata"] = new JsonObject
        {
            ["name"] = account.Name,
            ["namespace"] = account.Namespace,
            ["uid"] = account.Uid,
            ["creationTimestamp"] = ObjectMetadata.Time(now),
        };
        body["spec"] = new JsonObject
        {
            ["audiences"] = body.Items("spec", "audiences") is { Count: > 0 } audiences ? audiences.DeepClone() : new JsonArray(Audience),
            ["expirationSeconds"] = seconds,
            ["boundObjectRef"] = body.At("spec", "boundObjectRef")?.DeepClone(),
        };
        body["status"] = new JsonObject
        {
            ["token"] = authentication.TokenFor(account.Namespace, account.Name, account.Uid, until),
            ["expirationTimestamp"] = ObjectMetadata.Time(until),
        };
        await Answers.Tree(request, body, 201);
    }
}
