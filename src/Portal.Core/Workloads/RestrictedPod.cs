using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>A pod that Pod Security "restricted" admits, with the project's storage at <see cref="StoragePath"/>.</summary>
public static class RestrictedPod
{
    /// <summary>Where a project's storage is mounted; also the working directory.</summary>
    public const string StoragePath = "/workspace";

    /// <summary>The volume of the project's storage.</summary>
    internal const string StorageVolume = "storage";

    private const string HomeVolume = "home";
    private const string ScratchVolume = "scratch";
    private const string HomePath = "/home/portal";

    /// <summary>The pod's spec with one container.</summary>
    /// <param name="claim">Name of the project's storage claim.</param>
    /// <param name="fileGroup">See <see cref="WorkloadOptions.FileGroup"/>; null leaves it to the cluster.</param>
    public static JsonObject Spec(JsonObject container, string claim, long? fileGroup, AcceleratorOffer? accelerator)
    {
        var security = new JsonObject
        {
            ["runAsNonRoot"] = true,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        };
        if (fileGroup is { } group)
            security["fsGroup"] = group;
        var spec = new JsonObject
        {
            ["serviceAccountName"] = ProjectManifests.ServiceAccountName,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["securityContext"] = security,
            ["containers"] = new JsonArray(container),
            ["volumes"] = new JsonArray(
                Volume(StorageVolume, "persistentVolumeClaim", new JsonObject { ["claimName"] = claim }),
                Volume(HomeVolume, "emptyDir", [])),
        };
        if (accelerator is not null)
            Place(spec, accelerator);
        return spec;
    }

    /// <summary>The container: not root, no capabilities, requests equal to limits, the storage as working directory.</summary>
    public static JsonObject Container(
        string name, string image, WorkloadSize size, JsonArray environment, AcceleratorOffer? accelerator, int accelerators)
    {
        environment.Add(Variable("HOME", HomePath));
        environment.Add(FromField("POD_IP", "status.podIP"));
        return new JsonObject
        {
            ["name"] = name,
            ["image"] = image,
            ["workingDir"] = StoragePath,
            ["env"] = environment,
            ["resources"] = new JsonObject
            {
                ["requests"] = Amounts(size, accelerator, accelerators),
                ["limits"] = Amounts(size, accelerator, accelerators),
            },
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
            ["volumeMounts"] = new JsonArray(Mount(StorageVolume, StoragePath), Mount(HomeVolume, HomePath)),
        };
    }

    /// <summary>
    /// Makes a container's own files read-only, with a place for temporary ones. For images that we chose and know to write
    /// nowhere else; give the pod <see cref="Scratch"/>.
    /// </summary>
    public static JsonObject ReadOnly(JsonObject container)
    {
        container["securityContext"]!["readOnlyRootFilesystem"] = true;
        container["volumeMounts"]!.AsArray().Add(Mount(ScratchVolume, "/tmp"));
        return container;
    }

    /// <summary>The volume behind <c>/tmp</c> of such containers.</summary>
    public static JsonObject Scratch() => Volume(ScratchVolume, "emptyDir", []);

    /// <summary>A volume.</summary>
    public static JsonObject Volume(string name, string source, JsonObject value) => new() { ["name"] = name, [source] = value };

    /// <summary>A mount.</summary>
    public static JsonObject Mount(string volume, string path, bool readOnly = false)
    {
        var mount = new JsonObject { ["name"] = volume, ["mountPath"] = path };
        if (readOnly)
            mount["readOnly"] = true;
        return mount;
    }

    /// <summary>An environment variable with a value.</summary>
    public static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    /// <summary>An environment variable out of a Secret.</summary>
    public static JsonObject FromSecret(string name, string secret, string key) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = secret, ["key"] = key } },
    };

    private static JsonObject FromField(string name, string path) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
    };

    private static JsonObject Amounts(WorkloadSize size, AcceleratorOffer? accelerator, int accelerators)
    {
        var amounts = new JsonObject { ["cpu"] = $"{size.CpuMilli}m", ["memory"] = $"{size.MemoryMiB}Mi" };
        if (accelerator is not null && accelerators > 0)
            amounts[accelerator.ResourceName] = $"{accelerators}";
        return amounts;
    }

    // Right with Kueue too: the node labels choose among the flavors of one resource, and a toleration given twice is one.
    private static void Place(JsonObject spec, AcceleratorOffer accelerator)
    {
        if (accelerator.NodeLabels.Count > 0)
        {
            spec["nodeSelector"] = new JsonObject(accelerator.NodeLabels.OrderBy(l => l.Key, StringComparer.Ordinal)
                .Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));
        }
        if (accelerator.Tolerations.Count > 0)
            spec["tolerations"] = accelerator.Tolerations.DeepClone();
    }
}
