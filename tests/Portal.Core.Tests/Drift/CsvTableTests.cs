using System.Text;
using Portal.Core.Drift.Csv;
using Portal.Core.Results;

namespace Portal.Core.Tests.Drift;

public class CsvTableTests
{
    private static Encoding Gbk
    {
        get
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            return Encoding.GetEncoding("GBK");
        }
    }

    [Theory]
    [InlineData("", "csv.empty")]
    [InlineData("\n\n", "csv.empty")]
    [InlineData("a,b\n", "csv.no_rows")]
    [InlineData("a,b,a\n1,2,3\n", "csv.duplicate_header")]
    [InlineData("a,,c\n1,2,3\n", "csv.blank_header")]
    public void Open_UnusableHeader_IsRefusedWithItsCode(string text, string code) =>
        Assert.Equal(code, CsvTable.Open(Stream(text)).Refusal?.Code);

    [Fact]
    public void Open_BinaryFile_IsRefused()
    {
        var bytes = new byte[2000];
        new Random(1).NextBytes(bytes);
        Assert.Equal("csv.encoding", CsvTable.Open(new MemoryStream(bytes)).Refusal?.Code);
    }

    [Fact]
    public void Open_TwoThousandColumns_AreTakenAndOneMoreIsNot()
    {
        string Wide(int columns) => string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}")) + "\n" + string.Join(',', Enumerable.Repeat("1", columns)) + "\n";
        Assert.Equal(2000, CsvTable.Open(Stream(Wide(2000))).Value.Headers.Count);

        var refusal = CsvTable.Open(Stream(Wide(2001))).Refusal!;
        Assert.Equal("csv.too_many_columns", refusal.Code);
        Assert.Equal(2001, refusal.Arguments["columns"]);
        Assert.Equal(2000, refusal.Arguments["limit"]);
    }

    [Fact]
    public void Scan_RaggedRow_NamesTheRowAndBothCounts()
    {
        var refusal = CsvTable.Open(Stream("a,b\n1,2\n3\n4,5\n")).Value.Scan(_ => null).Refusal!;
        Assert.Equal("csv.ragged", refusal.Code);
        Assert.Equal((3L, 1, 2), (refusal.Arguments["row"], refusal.Arguments["found"], refusal.Arguments["expected"]));
    }

    [Fact]
    public void Scan_QuoteThatNeverCloses_DoesNotSwallowTheFile()
    {
        var text = "a,b\n1,1\n1,\"2\n" + string.Concat(Enumerable.Repeat("3,4\n", 2_000_000));
        Assert.Equal("csv.malformed", Read(text)?.Code);
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("GBK", false)]
    [InlineData("GB18030", false)]
    public void Open_EveryEncoding_ReadsTheSameText(string name, bool mark)
    {
        _ = Gbk;
        var encoding = Encoding.GetEncoding(name);
        const string Text = "age,city\r\n31,北京\r\n42,\"上海, \"\"浦东\"\"\"\r\n";
        var table = CsvTable.Open(new MemoryStream([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)])).Value;
        Assert.Equal(["age", "city"], table.Headers);
        var cities = new List<string>();
        Assert.Equal(2, table.Scan(row =>
        {
            cities.Add(row.GetString(1));
            return null;
        }).Value);
        Assert.Equal(["北京", "上海, \"浦东\""], cities);
    }

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Open_OtherSeparators_AreFound(char separator)
    {
        var table = CsvTable.Open(Stream($"a{separator}b\n1{separator}2\n3{separator}4\n")).Value;
        Assert.Equal(["a", "b"], table.Headers);
    }

    // The row may be met while the header is read already, or only later.
    private static Refusal? Read(string text) =>
        CsvTable.Open(Stream(text)) is { Succeeded: true } table ? table.Value.Scan(_ => null).Refusal : CsvTable.Open(Stream(text)).Refusal;

    internal static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
