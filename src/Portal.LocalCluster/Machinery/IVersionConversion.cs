using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Turns objects of a version that is served into the version that is stored, and back. Both change the tree they are given.</summary>
public interface IVersionConversion
{
    JsonObject ToStored(JsonObject tree);

    JsonObject FromStored(JsonObject tree);
}
