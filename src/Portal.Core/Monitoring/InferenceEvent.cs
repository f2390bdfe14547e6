using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Monitoring;

/// <summary>A CloudEvent of a model server's logger: one half of an inference.</summary>
/// <param name="Id">The same for request and answer; clients may set it, so it can repeat.</param>
/// <param name="Type">org.kubeflow.serving.inference.request or .response.</param>
/// <param name="Source">Where it comes from: service, component, endpoint.</param>
/// <param name="Time">Event time, or null for the time of receipt.</param>
/// <param name="Body">The bytes that went over the wire.</param>
public sealed record InferenceEvent(string Id, string Type, string Source, DateTimeOffset? Time, byte[] Body)
{
    internal bool IsResponse => Type.EndsWith(".response", StringComparison.Ordinal);

    internal string Key => Digest(Encoding.UTF8.GetBytes($"{Source}\n{Type}\n{Id}"));

    internal string BodyHash => Digest(Body);

    internal static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>What an upload did.</summary>
/// <param name="Rows">Rows counted.</param>
/// <param name="Windows">Windows they went to.</param>
/// <param name="From">Start of the first window.</param>
/// <param name="To">Start of the last window.</param>
public sealed record IngestSummary(long Rows, int Windows, DateTimeOffset? From, DateTimeOffset? To);
