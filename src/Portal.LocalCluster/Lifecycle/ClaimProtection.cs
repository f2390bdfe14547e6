using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>
/// Keeps the claims of volumes that pods use: a claim is made with a finalizer, and one that is being deleted loses it when no
/// pod on a node uses it any more, those that have finished among them. Nothing is read of any object while no claim is being
/// deleted.
/// </summary>
internal sealed partial class ClaimProtection(ObjectRegistry registry, ILogger<ClaimProtection> logger) : IController
{
    public const string Finalizer = "kubernetes.io/pvc-protection";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly WriteOptions Options = new("persistentvolumeclaim-protection-controller", Validation: FieldValidation.Ignore);

    public string Name => "claim-protection";

    public async Task RunAsync(CancellationToken ct)
    {
        var claims = new GoingClaims();
        registry.Listen(claims.Note);
        try
        {
            lock (registry.Store.Gate)
            {
                // What a stop of the cluster interrupted.
                var type = registry.Catalog.Stored(GoingClaims.Resource)!;
                foreach (var stored in registry.Store.Objects(type, ns: null)) claims.Note(type, stored, gone: false);
            }
            await foreach (var claim in claims.Waiting.ReadAllAsync(ct))
            {
                try
                {
                    lock (registry.Store.Gate)
                    {
                        claims.Taken(claim);
                        Look(claim.Namespace, claim.Name);
                    }
                }
                catch (ApiException refusal) when (refusal.Code == 404)
                {
                    // Gone meanwhile.
                }
                catch (ApiException refusal)
                {
                    Refused(logger, refusal, claim.Namespace, claim.Name);
                    _ = Again(claim, claims, ct);
                }
            }
        }
        finally
        {
            registry.StopListening(claims.Note);
        }
    }

    /// <summary>Called under the store's gate.</summary>
    private void Look(string ns, string name)
    {
        var type = registry.Catalog.Stored(GoingClaims.Resource)!;
        if (registry.Store.Find(type, ns, name) is not { Deleting: true } || IsUsed(ns, name)) return;
        registry.Change(type, ns, name, Options, claim =>
        {
            if (claim.Items("metadata", "finalizers") is { } finalizers) claim.Ensure("metadata")["finalizers"] = new JsonArray([.. finalizers.Where(item => item.AsText() != Finalizer).Select(item => item?.DeepClone())]);
            return claim;
        });
    }

    /// <summary>A pod that has no node yet has nothing of the claim, and will not be given it.</summary>
    private bool IsUsed(string ns, string claim) => registry.Store.Objects(registry.Catalog.Stored("pods")!, ns).Select(stored => stored.Read())
        .Any(pod => pod.Text("spec", "nodeName") is { Length: > 0 } && GoingClaims.Of(pod).Contains(claim, StringComparer.Ordinal));

    private async Task Again((string, string) claim, GoingClaims claims, CancellationToken ct)
    {
        // What refused it is not known to end at any write that is heard of. Nobody awaits this task: a stop ends the pause without an exception,
        // and what is queued then is read no more.
        await Task.Delay(RetryPause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (registry.Store.Gate) claims.Queue(claim);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim {Namespace}/{Name} will be looked at again")]
    private static partial void Refused(ILogger logger, ApiException refusal, string @namespace, string name);
}
