using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>
/// The claims that are being deleted, and those of them that wait to be looked at, each of them once. All but what waits is
/// read and written under the store's gate.
/// </summary>
internal sealed class GoingClaims
{
    public const string Resource = "persistentvolumeclaims";

    private readonly HashSet<(string Namespace, string Name)> _going = [];
    private readonly HashSet<(string Namespace, string Name)> _queued = [];
    private readonly Channel<(string Namespace, string Name)> _work = Channel.CreateUnbounded<(string Namespace, string Name)>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<(string Namespace, string Name)> Waiting => _work.Reader;

    /// <summary>Hears of a write. A pod's node and volumes stay what they are: it frees a claim only by being gone.</summary>
    public void Note(ResourceType type, StoredObject stored, bool gone)
    {
        switch (type.GroupResource)
        {
            case Resource when gone:
                _going.Remove((stored.Namespace, stored.Name));
                break;
            case Resource when stored.Deleting && _going.Add((stored.Namespace, stored.Name)):
                Queue((stored.Namespace, stored.Name));
                break;
            case "pods" when gone && _going.Count > 0:
                foreach (var claim in Of(stored.Read()).Select(name => (stored.Namespace, name)).Where(_going.Contains)) Queue(claim);
                break;
        }
    }

    public void Queue((string Namespace, string Name) claim)
    {
        if (_queued.Add(claim)) _work.Writer.TryWrite(claim);
    }

    /// <summary>A claim that waited is looked at; what happens from now on lets it wait again.</summary>
    public void Taken((string Namespace, string Name) claim) => _queued.Remove(claim);

    /// <summary>The claims that a pod names.</summary>
    public static IEnumerable<string> Of(JsonObject pod) =>
        (pod.Items("spec", "volumes") ?? []).OfType<JsonObject>().Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>();
}
