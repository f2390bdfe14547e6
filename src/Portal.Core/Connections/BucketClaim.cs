using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Connections;

/// <summary>A bucket that an object store makes for a project; its keys come in a Secret and a ConfigMap of the same name.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="ObjectName">Name of the claim, and the beginning of the bucket's name.</param>
/// <param name="StorageClass">The class of the store, for example <c>openshift-storage.noobaa.io</c>.</param>
public sealed record BucketClaim(ReconcileOwner Owner, string ObjectName, string StorageClass);

/// <summary>Bucket claims as NooBaa, Rook and Ceph take them. Pure.</summary>
public static class BucketClaimManifests
{
    /// <summary>ObjectBucketClaim of lib-bucket-provisioner, which NooBaa and Rook serve.</summary>
    public static readonly ResourceType Kind = new("objectbucket.io", "v1alpha1", "objectbucketclaims", "ObjectBucketClaim");

    /// <summary>The claim. The store adds to the name, so that two projects never share a bucket.</summary>
    public static JsonObject For(BucketClaim claim, string ns) =>
        Manifest.Create(Kind, ns, claim.ObjectName, claim.Owner).With("spec", new JsonObject
        {
            ["generateBucketName"] = claim.ObjectName,
            ["storageClassName"] = claim.StorageClass,
        });
}
