using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>Gives every namespace its default service account with the write that makes the namespace.</summary>
internal sealed class NamespaceContents
{
    private static readonly WriteOptions Options = new("namespace-controller", Validation: FieldValidation.Ignore);

    private readonly ObjectRegistry _registry;

    public NamespaceContents(ObjectRegistry registry)
    {
        _registry = registry;
        registry.Listen(OnWritten);
    }

    private void OnWritten(ResourceType type, StoredObject stored, bool gone)
    {
        var accounts = _registry.Catalog.Stored("serviceaccounts")!;
        var (ns, wanted) = (type.GroupResource, gone, stored.Deleting) switch
        {
            ("namespaces", false, false) => (stored.Name, true),
            ("serviceaccounts", true, _) when stored.Name == "default" => (stored.Namespace, IsThere(stored.Namespace)),
            _ => ("", false),
        };
        if (!wanted || _registry.Store.Find(accounts, ns, "default") is not null) return;
        _registry.Create(accounts, ns, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = ns },
        }, Options);
    }

    private bool IsThere(string ns) => _registry.Store.Find(_registry.Catalog.Stored("namespaces")!, ns: null, ns) is { Deleting: false };
}
