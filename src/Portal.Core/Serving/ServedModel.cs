using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Serving;

/// <summary>A model that is to answer requests: what is loaded, by which server, how many of them, and who may reach it.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="ObjectName">Name of its objects.</param>
/// <param name="DisplayName">What people call it.</param>
/// <param name="StorageUri">Where the model lies, for example <c>s3://models/credit/3</c> or <c>pvc://project-storage/models/credit</c>.</param>
public sealed record ServedModel(ReconcileOwner Owner, string ObjectName, string DisplayName, ModelServer Server, string StorageUri)
{
    /// <summary>Cores and memory of each replica.</summary>
    public required WorkloadSize Size { get; init; }

    /// <summary>What each replica computes on; null for cores alone.</summary>
    public AcceleratorOffer? Accelerator { get; init; }

    /// <summary>Accelerators of each replica.</summary>
    public int Accelerators { get; init; }

    /// <summary>Replicas that always run.</summary>
    public int MinReplicas { get; init; } = 1;

    /// <summary>Replicas at most.</summary>
    public int MaxReplicas { get; init; } = 1;

    /// <summary>Processor use, in percent of what was asked for, above which a replica is added.</summary>
    public int CpuTarget { get; init; } = 80;

    /// <summary>Host name under which it is reached from outside, or empty when it is only for the cluster itself.</summary>
    public string Host { get; init; } = "";

    /// <summary>Secret of the connection that opens the storage, or empty.</summary>
    public string ConnectionSecret { get; init; } = "";

    /// <summary>Keeps the objects and runs nothing.</summary>
    public bool Stopped { get; init; }
}

/// <summary>A program that loads models and answers by the Open Inference Protocol v2.</summary>
/// <param name="Id">Stable id, for example <c>ovms</c>.</param>
/// <param name="Format">Model format as runtimes name it, for example <c>onnx</c>.</param>
/// <param name="Image">Image reference.</param>
/// <param name="Arguments">Arguments; the model lies at <see cref="ModelPath"/>.</param>
/// <param name="Port">Port of its HTTP endpoint.</param>
public sealed record ModelServer(string Id, string Format, string Image, IReadOnlyList<string> Arguments, int Port)
{
    /// <summary>Where every server finds its model.</summary>
    public const string ModelPath = "/mnt/models";
}

/// <summary>The container of a model's server, the same in every kind that makes one.</summary>
internal static class ServedModelPod
{
    /// <summary>The name that KServe looks for.</summary>
    public const string ContainerName = "kserve-container";

    /// <summary>The container, with its port and its probe.</summary>
    public static JsonObject Container(ServedModel model)
    {
        var container = RestrictedPod.Container(ContainerName, model.Server.Image, model.Size, [], model.Accelerator, model.Accelerators);
        container["args"] = new JsonArray([.. model.Server.Arguments.Select(a => (JsonNode)a)]);
        container["ports"] = new JsonArray(new JsonObject { ["name"] = "http1", ["containerPort"] = model.Server.Port, ["protocol"] = "TCP" });
        container["readinessProbe"] = new JsonObject
        {
            ["httpGet"] = new JsonObject { ["path"] = "/v2/health/ready", ["port"] = model.Server.Port },
            ["periodSeconds"] = 5,
        };
        return container;
    }
}
