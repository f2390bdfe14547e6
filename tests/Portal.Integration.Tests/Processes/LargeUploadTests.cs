using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Portal.Testing.Databases;

namespace Portal.Integration.Tests.Processes;

/// <summary>A production file larger than the portal may ever hold in memory, streamed into the real process.</summary>
public class LargeUploadTests(PostgresServer server)
{
    private const int Megabytes = 500;
    private const long MostGrowth = 150L << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_OfHalfAGigabyte_IsCountedInBoundedMemory()
    {
        await using var stage = await ProcessStage.StartAsync(Provider.Sqlite, server, Ct);
        var (team, project, model) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await stage.SendAsync("admin", HttpMethod.Post, "teams", new { id = team, name = "Risk", members = new[] { new { userName = "scientist", role = "Lead" } } });
        await stage.SendAsync("scientist", HttpMethod.Post, "projects", new { id = project, name = "Large", teamId = team });
        await stage.SendAsync("scientist", HttpMethod.Post, "monitored-models", new { id = model, projectId = project, name = "Scorecard", version = "1", window = "Day" });
        var block = Rows(1 << 20);
        using (var reference = new StringContent(Header + Encoding.ASCII.GetString(block), Encoding.UTF8, "text/csv"))
            await stage.UploadAsync("scientist", HttpMethod.Put, $"monitored-models/{model}/reference?file=reference.csv&ignore=remark", reference);
        await stage.Portal.ForgetPeakAsync();
        var idle = stage.Portal.ResidentMemory;

        using var content = new Repeated(Encoding.ASCII.GetBytes(Header), block, Megabytes);
        var summary = await stage.UploadAsync("scientist", HttpMethod.Post, $"monitored-models/{model}/data?file=production.csv&at=2026-03-02", content);

        var growth = stage.Portal.PeakMemory - idle;
        TestContext.Current.SendDiagnosticMessage($"idle {idle >> 20} MB, peak {stage.Portal.PeakMemory >> 20} MB");
        Assert.Equal((long)block.Count(b => b == '\n') * Megabytes, (long)summary["rows"]!);
        Assert.True(growth < MostGrowth, $"the portal grew by {growth >> 20} MB");
    }

    private const string Header = "age,amount,rate,purpose,remark\n";

    // Most of a real file is text that nobody monitors; it has to be read past all the same.
    private static readonly string Remark = string.Concat(Enumerable.Repeat("as discussed with the branch, ", 9)).Replace(',', ';');

    // Whole lines, somewhat less than the size; a fixed seed, so that a failure can be seen again.
    private static byte[] Rows(int bytes)
    {
        var random = new Random(7);
        string[] purposes = ["car", "furniture", "education", "business"];
        var text = new StringBuilder();
        while (text.Length < bytes - 60 - Remark.Length)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{random.Next(18, 80)},{random.Next(200, 20_000)},{random.NextDouble() * 12:0.0000},{purposes[random.Next(4)]},{Remark}\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>A body that is made while it is sent.</summary>
    private sealed class Repeated : HttpContent
    {
        private readonly byte[] _head;
        private readonly byte[] _block;
        private readonly int _times;

        public Repeated(byte[] head, byte[] block, int times)
        {
            (_head, _block, _times) = (head, block, times);
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_head);
            for (var i = 0; i < _times; i++)
                await stream.WriteAsync(_block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
