using Portal.Core.Cluster;

namespace Portal.Core.Connections;

/// <summary>A place outside the project that its workloads reach with a secret.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="ObjectName">Name of its Secret.</param>
/// <param name="DisplayName">What people call it.</param>
/// <param name="Description">What it is for.</param>
public abstract record Connection(ReconcileOwner Owner, string ObjectName, string DisplayName, string Description)
{
    /// <summary>Never prints what it holds: records write all their members, and logs write records.</summary>
    protected virtual bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(ObjectName);
        return true;
    }
}

/// <summary>A bucket of an object store.</summary>
/// <param name="Endpoint">Address of the store, for example <c>https://s3.example.com</c>.</param>
public sealed record S3Connection(
    ReconcileOwner Owner, string ObjectName, string DisplayName, string Description,
    string Endpoint, string Region, string Bucket, string AccessKey, string SecretKey)
    : Connection(Owner, ObjectName, DisplayName, Description)
{
    /// <summary>Leaves the keys out of <c>ToString</c>, and so out of logs.</summary>
    protected override bool PrintMembers(System.Text.StringBuilder text) => base.PrintMembers(text);
}

/// <summary>An address that says everything, such as a model on a web server.</summary>
public sealed record UriConnection(ReconcileOwner Owner, string ObjectName, string DisplayName, string Description, string Uri)
    : Connection(Owner, ObjectName, DisplayName, Description)
{
    /// <summary>Leaves the address out of <c>ToString</c>: it may hold a password or a signature.</summary>
    protected override bool PrintMembers(System.Text.StringBuilder text) => base.PrintMembers(text);
}

/// <summary>A registry of images or of models packed as images.</summary>
/// <param name="Host">Host of the registry, and a path where the account is for that alone.</param>
/// <param name="MayPush">True when the account may also write.</param>
public sealed record OciConnection(
    ReconcileOwner Owner, string ObjectName, string DisplayName, string Description, string Host, string UserName, string Password, bool MayPush)
    : Connection(Owner, ObjectName, DisplayName, Description)
{
    /// <summary>Leaves the password out of <c>ToString</c>, and so out of logs.</summary>
    protected override bool PrintMembers(System.Text.StringBuilder text) => base.PrintMembers(text);
}
