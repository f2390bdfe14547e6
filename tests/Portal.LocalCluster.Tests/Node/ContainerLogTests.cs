using System.Globalization;
using System.Text;
using Portal.LocalCluster.Node;

namespace Portal.LocalCluster.Tests.Node;

public sealed class ContainerLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("container-log-").FullName;
    private readonly OpenLogs _open = new();

    private string File => Path.Combine(_folder, "main.0.log");

    [Fact]
    public async Task Read_Follows_UntilTheContainerEnds()
    {
        ContainerLog log = _open.Open(File, TimeProvider.System);
        await Print(log, "one\n");
        Task<List<string>> reader = Task.Run(() => Read(follow: true));

        await Print(log, "two\nthr");
        await Print(log, "ee\n");
        _open.Close(File);

        Assert.Equal(["one", "two", "thr", "ee"], await reader);
    }

    [Fact]
    public async Task Copy_LineWithoutEnd_IsCutToTheBound()
    {
        ContainerLog log = _open.Open(File, TimeProvider.System);

        await Print(log, new string('x', ContainerLog.LongestLine + 5));

        List<string> lines = await Read(follow: false);
        Assert.Equal([ContainerLog.LongestLine, 5], lines.Select(line => line.Length));
    }

    [Fact]
    public async Task Copy_MoreThanTheBound_KeepsTheLastLinesInTwoFiles()
    {
        ContainerLog log = _open.Open(File, TimeProvider.System);
        string block = string.Concat(Enumerable.Repeat(new string('y', 999) + "\n", 1000));

        for (int round = 0; round < 45; round++) await Print(log, round.ToString(CultureInfo.InvariantCulture) + "\n" + block);
        await Print(log, "last\n");

        List<string> lines = await Read(follow: false);
        Assert.Equal("last", lines[^1]);
        Assert.DoesNotContain("0", lines);
        Assert.InRange(Directory.EnumerateFiles(_folder).Sum(file => new FileInfo(file).Length), 10_000_000, 25_000_000);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task Print(ContainerLog log, string text)
    {
        using StreamReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await log.CopyAsync(reader, "stdout");
    }

    private async Task<List<string>> Read(bool follow)
    {
        List<string> lines = [];
        await foreach (string line in new LogTail(File, _open).ReadAsync(follow, CancellationToken.None)) lines.Add(line.Split(' ', 3)[2]);
        return lines;
    }
}
