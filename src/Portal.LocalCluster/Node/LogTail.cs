using System.Runtime.CompilerServices;
using System.Text;

namespace Portal.LocalCluster.Node;

/// <summary>Reads the stored lines of one run, its older file first, and goes on while it is being written.</summary>
internal sealed class LogTail(string path, OpenLogs open)
{
    public async IAsyncEnumerable<string> ReadAsync(bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (string line in Stored(ContainerLog.Older(path))) yield return line;
        (FileStream? file, int rotation) = Open();
        try
        {
            StringBuilder rest = new();
            byte[] buffer = new byte[64 * 1024];
            Decoder decoder = Encoding.UTF8.GetDecoder();
            while (file is not null)
            {
                ContainerLog? writer = open.Find(path);
                bool last = !follow || writer is null || writer.Closed;
                Task change = writer?.NextChange() ?? Task.CompletedTask;
                int count;
                while ((count = await file.ReadAsync(buffer, ct)) > 0)
                {
                    char[] letters = new char[decoder.GetCharCount(buffer, 0, count)];
                    decoder.GetChars(buffer, 0, count, letters, 0);
                    foreach (string line in Lines(letters, rest)) yield return line;
                }
                if (writer is not null && writer.Rotations != rotation)
                {
                    await file.DisposeAsync();
                    (file, rotation) = Open();
                    continue;
                }
                if (last) break;
                await change.WaitAsync(ct);
            }
        }
        finally
        {
            if (file is not null) await file.DisposeAsync();
        }
    }

    private static IEnumerable<string> Lines(char[] letters, StringBuilder rest)
    {
        List<string> lines = [];
        foreach (char letter in letters)
        {
            if (letter != '\n')
            {
                rest.Append(letter);
                continue;
            }
            lines.Add(rest.ToString());
            rest.Clear();
        }
        return lines;
    }

    private static IEnumerable<string> Stored(string path) => File.Exists(path) ? File.ReadLines(path) : [];

    /// <summary>The present file and which one it is; opened again when it was put aside between the two.</summary>
    private (FileStream? File, int Rotation) Open()
    {
        while (File.Exists(path))
        {
            int before = open.Find(path)?.Rotations ?? 0;
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if ((open.Find(path)?.Rotations ?? before) == before) return (file, before);
            file.Dispose();
        }
        return (null, 0);
    }
}
