using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

internal enum Shape
{
    Whole,
    Table,
    Metadata,
}

/// <summary>What form of answer the Accept header asks for.</summary>
internal readonly record struct Negotiation(Shape Shape, bool Yaml)
{
    public static Negotiation Of(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        if (string.IsNullOrWhiteSpace(accept)) return new Negotiation(Shape.Whole, Yaml: false);
        foreach (var choice in accept.Split(','))
        {
            var parts = choice.Split(';', StringSplitOptions.TrimEntries);
            var yaml = parts[0] is "application/yaml" or "text/yaml";
            // A form of another version is as good as none: the next choice is taken.
            if (parts.Any(part => part.StartsWith("as=", StringComparison.Ordinal)) && !(parts.Contains("g=meta.k8s.io") && (parts.Contains("v=v1") || parts.Contains("v=v1beta1")))) continue;
            if (!yaml && parts[0] is not ("application/json" or "*/*" or "application/*")) continue;
            switch (parts.FirstOrDefault(part => part.StartsWith("as=", StringComparison.Ordinal)))
            {
                case null:
                    return new Negotiation(Shape.Whole, yaml);
                case "as=Table":
                    return new Negotiation(Shape.Table, yaml);
                case "as=PartialObjectMetadata" or "as=PartialObjectMetadataList":
                    return new Negotiation(Shape.Metadata, yaml);
            }
        }
        throw new ApiException(
            406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf", []);
    }
}
