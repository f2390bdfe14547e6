namespace Portal.LocalCluster.Storage;

/// <summary>Where every write goes before it is seen.</summary>
internal interface IWriteLog
{
    void Put(string resource, StoredObject written);

    void Remove(string resource, StoredObject removed, long version);

    /// <summary>What the log held of a resource when it was opened; each is handed out once.</summary>
    IReadOnlyList<(long Version, byte[] Json)> Take(string resource);
}
