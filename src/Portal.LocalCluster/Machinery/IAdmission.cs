using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>One step between a request and its write. It may fill in the object or throw an <see cref="ApiException"/>.</summary>
internal interface IAdmission
{
    /// <summary>Called under the store's gate, after defaults and before validation.</summary>
    void Fill(AdmissionRequest request)
    {
    }

    /// <summary>Called under the store's gate when the object is valid, just before it is written.</summary>
    void Check(AdmissionRequest request)
    {
    }

    /// <summary>Called under the store's gate before an object is deleted; it is both the request's object and its old one.</summary>
    void CheckRemoval(AdmissionRequest request)
    {
    }
}

/// <param name="Old">What is stored; null for a create.</param>
internal sealed record AdmissionRequest(ResourceType Type, JsonObject Object, JsonObject? Old, WriteOptions Options)
{
    public string Namespace => Object.Namespace() ?? "";

    public string Name => Object.Name();
}
