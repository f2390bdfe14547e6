using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Connections;

/// <summary>A connection as the Secret that Open Data Hub knows, so that it can be chosen there too. Pure.</summary>
public static class ConnectionManifests
{
    /// <summary>The Secret. It holds what must not be logged: apply it, and show at most its metadata.</summary>
    public static JsonObject Secret(Connection connection, string ns) => connection switch
    {
        S3Connection s3 => Create(connection, ns, "s3", "s3")
            .WithLabel("opendatahub.io/managed", "true")
            .With("type", "Opaque")
            .With("data", Data(
                ("AWS_ACCESS_KEY_ID", s3.AccessKey), ("AWS_SECRET_ACCESS_KEY", s3.SecretKey), ("AWS_S3_ENDPOINT", s3.Endpoint),
                ("AWS_S3_BUCKET", s3.Bucket), ("AWS_DEFAULT_REGION", s3.Region))),
        UriConnection uri => Create(connection, ns, "uri-v1", "uri")
            .With("type", "Opaque")
            .With("data", Data(("URI", uri.Uri))),
        OciConnection oci => Create(connection, ns, "oci-v1", "oci")
            .With("type", "kubernetes.io/dockerconfigjson")
            .With("data", Data(
                (".dockerconfigjson", DockerConfiguration(oci)), ("OCI_HOST", oci.Host),
                ("ACCESS_TYPE", oci.MayPush ? """["Push","Pull"]""" : """["Pull"]"""))),
        _ => throw new ArgumentOutOfRangeException(nameof(connection), connection.GetType().Name, "No such connection."),
    };

    // Three generations of readers look for the type under three keys; the first is for the newest.
    private static JsonObject Create(Connection connection, string ns, string type, string protocol) =>
        Manifest.Create(Kinds.Secret, ns, connection.ObjectName, connection.Owner)
            .WithLabel("opendatahub.io/dashboard", "true")
            .WithAnnotation("openshift.io/display-name", connection.DisplayName)
            .WithAnnotation("openshift.io/description", connection.Description)
            .WithAnnotation("opendatahub.io/connection-type-protocol", protocol)
            .WithAnnotation("opendatahub.io/connection-type-ref", type)
            .WithAnnotation("opendatahub.io/connection-type", protocol);

    private static string DockerConfiguration(OciConnection oci) => new JsonObject
    {
        ["auths"] = new JsonObject
        {
            [oci.Host] = new JsonObject { ["auth"] = Encoded($"{oci.UserName}:{oci.Password}") },
        },
    }.ToJsonString();

    private static JsonObject Data(params (string Key, string Value)[] entries) =>
        new(entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)Encoded(e.Value))));

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
