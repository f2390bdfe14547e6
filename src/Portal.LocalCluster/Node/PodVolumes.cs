using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Makes the folders behind a pod's volumes and says which folder each of a container's mount paths is.</summary>
public sealed class PodVolumes(IObjects objects, PodFolders folders, JsonObject pod)
{
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    /// <param name="starts">The pod has nothing of its volumes yet; one that runs keeps claims that are being deleted.</param>
    /// <exception cref="NotReadyException">A claim, config map or secret is missing.</exception>
    public void Make(bool starts)
    {
        foreach (JsonObject volume in pod.Each("spec", "volumes"))
        {
            string name = volume.Text("name") ?? "";
            try
            {
                _folders[name] = FolderOf(volume, name, starts);
            }
            catch (NotReadyException missing)
            {
                throw new NotReadyException("FailedMount", $"MountVolume.SetUp failed for volume \"{name}\" : {missing.Message}");
            }
        }
    }

    public PathTranslation For(JsonObject container) => new(container.Each("volumeMounts").Select(Mount));

    private KeyValuePair<string, string> Mount(JsonObject mount)
    {
        string folder = _folders.GetValueOrDefault(mount.Text("name") ?? "") ?? folders.Volume("missing");
        string inside = mount.Text("subPath") ?? "";
        string path = inside.Length == 0 ? folder : Inside(folder, inside);
        if (inside.Length > 0 && !Path.Exists(path)) PodFolders.Private(path);
        return KeyValuePair.Create(mount.Text("mountPath") ?? "", path);
    }

    private string FolderOf(JsonObject volume, string name, bool starts)
    {
        if (volume.Text("persistentVolumeClaim", "claimName") is { } claim) return ClaimFolder(claim, starts);
        string folder = folders.Volume(name);
        PodFolders.Private(folder);
        if (volume.Map("configMap") is { } config) Write(folder, Files("configmaps", config, config.Text("name")));
        else if (volume.Map("secret") is { } secret) Write(folder, Files("secrets", secret, secret.Text("secretName")));
        else if (volume.Map("downwardAPI") is { } downward) Write(folder, FieldFiles(downward));
        foreach (JsonObject source in volume.Each("projected", "sources"))
        {
            if (source.Map("configMap") is { } part) Write(folder, Files("configmaps", part, part.Text("name")));
            if (source.Map("secret") is { } hidden) Write(folder, Files("secrets", hidden, hidden.Text("name")));
            if (source.Map("downwardAPI") is { } fields) Write(folder, FieldFiles(fields));
        }
        return folder;
    }

    private string ClaimFolder(string claim, bool starts)
    {
        JsonObject found = objects.Find("persistentvolumeclaims", pod.Namespace(), claim)
            ?? throw new NotReadyException("FailedMount", $"persistentvolumeclaim \"{claim}\" not found");
        if (starts && found.IsDeleting()) throw new NotReadyException("FailedMount", $"persistentvolumeclaim \"{claim}\" is being deleted");
        if (found.Text("status", "phase") != "Bound") throw new NotReadyException("FailedMount", $"persistentvolumeclaim \"{claim}\" is not bound");
        string folder = folders.Claim(claim);
        PodFolders.Private(folder);
        return folder;
    }

    private IEnumerable<KeyValuePair<string, byte[]>> Files(string resource, JsonObject source, string? name)
    {
        JsonObject? body = objects.Find(resource, pod.Namespace(), name ?? "");
        if (body is null)
        {
            if (source.Is("optional")) return [];
            throw new NotReadyException("FailedMount", $"{resource.TrimEnd('s')} \"{name}\" not found");
        }
        IEnumerable<KeyValuePair<string, byte[]>> all = ConfigData.Of(body);
        JsonObject[] items = [.. source.Each("items")];
        return items.Length == 0 ? all : items.Join(all, item => item.Text("key"), pair => pair.Key, (item, pair) => KeyValuePair.Create(item.Text("path") ?? pair.Key, pair.Value));
    }

    private IEnumerable<KeyValuePair<string, byte[]>> FieldFiles(JsonObject source) =>
        source.Each("items")
            .Where(item => item.Text("fieldRef", "fieldPath") is not null)
            .Select(item => KeyValuePair.Create(item.Text("path") ?? "", Encoding.UTF8.GetBytes(PodFields.Value(pod, item.Text("fieldRef", "fieldPath")!))));

    /// <summary>Files only their owner can read: there is no other user inside a pod.</summary>
    private static void Write(string folder, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        foreach ((string name, byte[] content) in files)
        {
            string path = Inside(folder, name);
            PodFolders.Private(Path.GetDirectoryName(path)!);
            File.Delete(path);
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead;
            using FileStream file = new(path, options);
            file.Write(content);
        }
    }

    private static string Inside(string folder, string name)
    {
        string path = Path.GetFullPath(Path.Combine(folder, name));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new NotReadyException("FailedMount", $"the path \"{name}\" leads out of its volume");
    }
}
