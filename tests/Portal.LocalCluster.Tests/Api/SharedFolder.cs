namespace Portal.LocalCluster.Tests.Api;

/// <summary>The reference material that stands beside a working copy of the repository; not part of it.</summary>
internal static class SharedFolder
{
    /// <summary>The path below the folder; skips the test where it is not.</summary>
    public static string Path(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Portal.sln"))) folder = folder.Parent;
        var path = folder?.Parent is null ? null : System.IO.Path.Combine([folder.Parent.FullName, "shared", .. parts]);
        if (path is null || (!File.Exists(path) && !Directory.Exists(path))) Assert.Skip($"../shared/{string.Join('/', parts)} is not beside this repository.");
        return path!;
    }
}
