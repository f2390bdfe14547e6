using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Portal.Testing.Golden;

/// <summary>
/// Compares with a file in the folder <c>Golden</c> beside the test. <c>UPDATE_GOLDEN=1</c> writes it anew: the difference
/// is then read in the commit.
/// </summary>
public static class GoldenFile
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Fails when the objects differ from the file <paramref name="name"/>.json.</summary>
    public static void AssertSame(string name, IEnumerable<JsonNode> objects, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, "Golden", name + ".json");
        var actual = new JsonArray([.. objects.Select(o => o.DeepClone())]).ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
