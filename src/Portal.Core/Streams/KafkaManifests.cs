using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Streams;

/// <summary>The Kafka that an installation offers: a Strimzi cluster and the namespace that its entity operator watches.</summary>
public sealed record KafkaCluster(string Namespace, string Name);

/// <summary>A topic of a project.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="Name">Name of the topic and its object.</param>
/// <param name="Partitions">Partitions; they can grow and never shrink.</param>
/// <param name="Replicas">Copies of each partition.</param>
/// <param name="RetentionHours">Hours for which records are kept.</param>
public sealed record StreamTopic(ReconcileOwner Owner, string Name, int Partitions, int Replicas, int RetentionHours);

/// <summary>An account of Kafka, which signs in with a certificate that Strimzi puts into a Secret.</summary>
/// <param name="Name">Name of the account and its object.</param>
public sealed record StreamUser(ReconcileOwner Owner, string Name)
{
    /// <summary>Topics that begin so are open to it; a project's topics begin with its name.</summary>
    public required string TopicPrefix { get; init; }

    /// <summary>True when it may also write; it may always read.</summary>
    public bool MayWrite { get; init; }

    /// <summary>Bytes a second that it may write, and read, to each broker.</summary>
    public int BytesPerSecond { get; init; } = 1 << 20;
}

/// <summary>Strimzi's topics and users. Pure.</summary>
public static class KafkaManifests
{
    private const string Group = "kafka.strimzi.io";

    /// <summary>Strimzi 0.49 and later serve v1, from 1.0 that alone; older ones v1beta2. What is written here is the same in both.</summary>
    public static readonly ResourceType[] TopicVersions =
        [new(Group, "v1", "kafkatopics", "KafkaTopic"), new(Group, "v1beta2", "kafkatopics", "KafkaTopic")];

    /// <summary>KafkaUser, in the versions of <see cref="TopicVersions"/>.</summary>
    public static readonly ResourceType[] UserVersions =
        [new(Group, "v1", "kafkausers", "KafkaUser"), new(Group, "v1beta2", "kafkausers", "KafkaUser")];

    /// <summary>The topic (Strimzi, "KafkaTopic schema reference").</summary>
    public static JsonObject Topic(StreamTopic topic, KafkaCluster kafka, ResourceType type) =>
        Create(type, kafka, topic.Name, topic.Owner).With("spec", new JsonObject
        {
            ["partitions"] = topic.Partitions,
            ["replicas"] = topic.Replicas,
            ["config"] = new JsonObject { ["retention.ms"] = topic.RetentionHours * 3_600_000L },
        });

    /// <summary>The account: signs in by TLS, with ACLs for its prefix and quotas by broker (Strimzi, "KafkaUser schema reference").</summary>
    public static JsonObject User(StreamUser user, KafkaCluster kafka, ResourceType type) =>
        Create(type, kafka, user.Name, user.Owner).With("spec", new JsonObject
        {
            ["authentication"] = new JsonObject { ["type"] = "tls" },
            ["authorization"] = new JsonObject
            {
                ["type"] = "simple",
                ["acls"] = new JsonArray(
                    Rule("topic", user.TopicPrefix, user.MayWrite ? ["Read", "Describe", "Write"] : ["Read", "Describe"]),
                    Rule("group", user.TopicPrefix, ["Read"])),
            },
            ["quotas"] = new JsonObject { ["producerByteRate"] = user.BytesPerSecond, ["consumerByteRate"] = user.BytesPerSecond },
        });

    private static JsonObject Rule(string type, string prefix, string[] operations) => new()
    {
        ["type"] = "allow",
        ["resource"] = new JsonObject { ["type"] = type, ["name"] = prefix, ["patternType"] = "prefix" },
        ["operations"] = new JsonArray([.. operations.Select(o => (JsonNode)o)]),
    };

    // The operator of the cluster that this label names takes the object up; without it nobody does.
    private static JsonObject Create(ResourceType type, KafkaCluster kafka, string name, ReconcileOwner owner) =>
        Manifest.Create(type, kafka.Namespace, name, owner).WithLabel("strimzi.io/cluster", kafka.Name);
}
