using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;

namespace Portal.LocalCluster;

/// <summary>The file by which kubectl and the portal find the cluster. It holds the token: only its owner may read it.</summary>
internal static class Kubeconfig
{
    private const string Name = "local";

    public static void Write(string path, Uri address, X509Certificate2 certificate, string token)
    {
        var config = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(new JsonObject
            {
                ["name"] = Name,
                ["cluster"] = new JsonObject
                {
                    ["server"] = address.ToString().TrimEnd('/'),
                    ["certificate-authority-data"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())),
                },
            }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = Name, ["user"] = new JsonObject { ["token"] = token } }),
            ["contexts"] = new JsonArray(new JsonObject { ["name"] = Name, ["context"] = new JsonObject { ["cluster"] = Name, ["user"] = Name } }),
            ["current-context"] = Name,
        };
        PrivateFile.Write(path, YamlText.Write(config));
    }
}

/// <summary>Files that nobody but their owner can read from the moment they exist.</summary>
internal static class PrivateFile
{
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var next = path + ".new";
        using (var writer = new StreamWriter(next, options)) writer.Write(text);
        File.Move(next, path, overwrite: true);
    }
}
