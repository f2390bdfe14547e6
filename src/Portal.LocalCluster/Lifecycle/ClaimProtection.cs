using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>
/// Keeps the claims of volumes that pods use: a claim is made with a finalizer, and one that is being deleted loses it when no
/// pod on a node uses it any more, those that have finished among them. Nothing is read of any object while no claim is being
/// deleted.
/// </summary>
internal sealed partial class ClaimProtection(ObjectRegistry registry, ILogger<ClaimProtection> logger) : IController
{
    public const string Finalizer = "kubernetes.io/pvc-protection";

    private const string Claims = "persistentvolumeclaims";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly WriteOptions Options = new("persistentvolumeclaim-protection-controller", Validation: FieldValidation.Ignore);

    // Of claims that are being deleted: read and written under the store's gate.
    private readonly HashSet<(string Namespace, string Name)> _going = [];

    public string Name => "claim-protection";

    public async Task RunAsync(CancellationToken ct)
    {
        var work = Channel.CreateUnbounded<(string Namespace, string Name)>(new UnboundedChannelOptions { SingleReader = true });
        void Note(ResourceType type, StoredObject stored, bool gone)
        {
            switch (type.GroupResource)
            {
                case Claims when gone:
                    _going.Remove((stored.Namespace, stored.Name));
                    break;
                case Claims when stored.Deleting && _going.Add((stored.Namespace, stored.Name)):
                    work.Writer.TryWrite((stored.Namespace, stored.Name));
                    break;
                case "pods" when _going.Count > 0:
                    foreach (var claim in _going.Where(claim => claim.Namespace == stored.Namespace)) work.Writer.TryWrite(claim);
                    break;
            }
        }

        registry.Listen(Note);
        try
        {
            lock (registry.Store.Gate)
            {
                _going.Clear();
                // What a stop of the cluster interrupted.
                foreach (var stored in registry.Store.Objects(registry.Catalog.Stored(Claims)!, ns: null).Where(stored => stored.Deleting)) Note(registry.Catalog.Stored(Claims)!, stored, gone: false);
            }
            await foreach (var (ns, name) in work.Reader.ReadAllAsync(ct))
            {
                try
                {
                    Look(ns, name);
                }
                catch (ApiException refusal) when (refusal.Code == 404)
                {
                    // Gone meanwhile.
                }
                catch (ApiException refusal)
                {
                    Refused(logger, refusal, ns, name);
                    _ = Again((ns, name), work.Writer, ct);
                }
            }
        }
        finally
        {
            registry.StopListening(Note);
        }
    }

    private void Look(string ns, string name)
    {
        var type = registry.Catalog.Stored(Claims)!;
        lock (registry.Store.Gate)
        {
            if (registry.Store.Find(type, ns, name) is not { Deleting: true } || IsUsed(ns, name)) return;
            registry.Change(type, ns, name, Options, claim =>
            {
                if (claim.Items("metadata", "finalizers") is { } finalizers) claim.Ensure("metadata")["finalizers"] = new JsonArray([.. finalizers.Where(item => item.AsText() != Finalizer).Select(item => item?.DeepClone())]);
                return claim;
            });
        }
    }

    /// <summary>A pod that has no node yet has nothing of the claim, and will not be given it.</summary>
    private bool IsUsed(string ns, string claim) => registry.Store.Objects(registry.Catalog.Stored("pods")!, ns).Select(stored => stored.Read()).Any(pod =>
        pod.Text("spec", "nodeName") is { Length: > 0 } && (pod.Items("spec", "volumes") ?? []).OfType<JsonObject>().Any(volume => volume.Text("persistentVolumeClaim", "claimName") == claim));

    private static async Task Again((string, string) claim, ChannelWriter<(string, string)> work, CancellationToken ct)
    {
        await Task.Delay(RetryPause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        work.TryWrite(claim);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim {Namespace}/{Name} will be looked at again")]
    private static partial void Refused(ILogger logger, ApiException refusal, string @namespace, string name);
}
