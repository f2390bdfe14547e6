using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Controllers;

/// <summary>
/// Binds every claim at once to a volume of its own, a folder under the data directory, and removes volume and folder
/// when the claim is gone (reclaim policy Delete), which it is not before the pods that have it. The size is noted, not enforced.
/// </summary>
public sealed class VolumeController(IObjects objects, LocalClusterOptions options, TimeProvider time, ILogger<VolumeController> log)
    : ControlLoop(objects, time, log)
{
    /// <summary>The one StorageClass, which is the default.</summary>
    public const string ClassName = "local";

    public override string Name => "persistentvolume-binder";

    protected override IEnumerable<Source> Sources =>
    [
        new("persistentvolumeclaims", claim => [$"claim {claim.Key()}"]),
        new("persistentvolumes", volume => [$"volume {volume.Name()}"]),
    ];

    protected override void Started() => Enqueue("class");

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split(' ', '/');
        switch (path[0])
        {
            case "class": MakeClass(); break;
            case "claim": Claim(path[1], path[2]); break;
            default: Volume(path[1]); break;
        }
        return Task.FromResult<TimeSpan?>(null);
    }

    private void MakeClass()
    {
        if (Objects.Find("storageclasses.storage.k8s.io", null, ClassName) is not null) return;
        Objects.Create(new JsonObject
        {
            ["apiVersion"] = "storage.k8s.io/v1",
            ["kind"] = "StorageClass",
            ["metadata"] = new JsonObject { ["name"] = ClassName, ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" } },
            ["provisioner"] = "portal.local/folder",
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "Immediate",
        });
    }

    private void Claim(string ns, string name)
    {
        JsonObject? claim = Objects.Find("persistentvolumeclaims", ns, name);
        if (claim is null)
        {
            foreach (JsonObject orphan in Objects.List("persistentvolumes").Where(volume => volume.Text("spec", "claimRef", "namespace") == ns && volume.Text("spec", "claimRef", "name") == name))
                Enqueue($"volume {orphan.Name()}");
            return;
        }
        if (claim.IsDeleting() || claim.Text("status", "phase") == "Bound") return;
        string volumeName = $"pvc-{claim.Uid()}";
        JsonObject capacity = new() { ["storage"] = claim.Text("spec", "resources", "requests", "storage") ?? "1Gi" };
        JsonArray modes = claim.Items("spec", "accessModes")?.DeepClone() as JsonArray ?? ["ReadWriteOnce"];
        string folder = PodFolders.ClaimOf(options.DataDirectory, ns, name);
        PodFolders.Private(folder);
        if (Objects.Find("persistentvolumes", null, volumeName) is null) MakeVolume(claim, volumeName, folder, capacity, modes);
        if (claim.Text("spec", "volumeName") is null)
        {
            claim.Ensure("spec")["volumeName"] = volumeName;
            if (claim.Text("spec", "storageClassName") is null) claim.Ensure("spec")["storageClassName"] = ClassName;
            claim = Objects.Update(claim);
        }
        JsonObject status = claim.Ensure("status");
        status["phase"] = "Bound";
        status["capacity"] = capacity.Copy();
        status["accessModes"] = modes.DeepClone();
        Objects.UpdateStatus(claim);
    }

    private void MakeVolume(JsonObject claim, string name, string folder, JsonObject capacity, JsonArray modes)
    {
        JsonObject volume = Objects.Create(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { ["pv.kubernetes.io/provisioned-by"] = "portal.local/folder" } },
            ["spec"] = new JsonObject
            {
                ["capacity"] = capacity.Copy(),
                ["accessModes"] = modes.DeepClone(),
                ["storageClassName"] = claim.Text("spec", "storageClassName") ?? ClassName,
                ["persistentVolumeReclaimPolicy"] = "Delete",
                ["hostPath"] = new JsonObject { ["path"] = folder, ["type"] = "DirectoryOrCreate" },
                ["claimRef"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["namespace"] = claim.Namespace(), ["name"] = claim.Name(), ["uid"] = claim.Uid() },
            },
        });
        volume.Ensure("status")["phase"] = "Bound";
        Objects.UpdateStatus(volume);
    }

    private void Volume(string name)
    {
        if (Objects.Find("persistentvolumes", null, name) is not { } volume || volume.Annotation("pv.kubernetes.io/provisioned-by") is null) return;
        string ns = volume.Text("spec", "claimRef", "namespace") ?? "";
        string claimName = volume.Text("spec", "claimRef", "name") ?? "";
        JsonObject? claim = Objects.Find("persistentvolumeclaims", ns, claimName);
        if (claim is not null && claim.Uid() == volume.Text("spec", "claimRef", "uid")) return;
        // A claim made anew under the same name has taken the folder over: it is not emptied under its feet.
        string folder = PodFolders.ClaimOf(options.DataDirectory, ns, claimName);
        if (claim is null && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Objects.Delete("persistentvolumes", null, name);
    }
}
