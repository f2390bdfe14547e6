using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>Where a list goes on: the version all its pages show and the last key that was given out.</summary>
internal sealed record Continuation(long Version, string Start)
{
    /// <summary>Go on at the newest version: a list that no longer hangs together.</summary>
    public const long Inconsistent = -1;

    public static Continuation Parse(string token)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw Refusals.BadRequest("invalid continue token: continue key is not valid: illegal base64 data at input byte 0");
        }
        try
        {
            var tree = ObjectText.Parse(bytes);
            if (tree.Whole("rv") is { } version && tree.Text("start") is { } start) return new Continuation(version, start.TrimEnd('\0'));
        }
        catch (JsonException)
        {
            // Answered below, in words that name the first character as the real server does.
        }
        throw Refusals.BadRequest($"invalid continue token: continue key is not valid: invalid character '{Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(1, bytes.Length)))}' looking for beginning of value");
    }

    public override string ToString()
    {
        var json = ObjectText.Write(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Version, ["start"] = Start + "\0" });
        return Convert.ToBase64String(json).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
