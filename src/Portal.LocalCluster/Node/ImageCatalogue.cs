namespace Portal.LocalCluster.Node;

/// <summary>Finds the program behind an image name, or says why the image cannot run here.</summary>
public sealed class ImageCatalogue(IReadOnlyList<KnownImage> images)
{
    /// <returns>The image, or null and the refusal that becomes the container's waiting message.</returns>
    public KnownImage? Find(string name, out string refusal)
    {
        KnownImage? image = images.FirstOrDefault(known => known.Name == name || known.Name == name + ":latest");
        if (image is null)
        {
            string known = string.Join(", ", images.Select(one => one.Name));
            refusal = $"\"{name}\" cannot be pulled: the embedded cluster runs programs of this machine and no container images. This trial can run {known}.";
            return null;
        }
        string[] missing = [.. image.Requires.Where(path => !Path.Exists(path))];
        refusal = missing.Length == 0 ? "" : $"\"{name}\" needs {string.Join(" and ", missing)}, which this machine lacks. Install the package {image.Package}.";
        return missing.Length == 0 ? image : null;
    }
}
