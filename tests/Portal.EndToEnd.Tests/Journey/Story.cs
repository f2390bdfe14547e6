using System.Globalization;
using System.Text;
using Microsoft.Playwright;

namespace Portal.EndToEnd.Tests.Journey;

/// <summary>What the people of a story type and upload.</summary>
internal static class Story
{
    /// <summary>A cell that writes a file beside the notebook: the project's storage.</summary>
    public const string Cell = "open('rows.csv', 'w').write('x,y\\n' + '\\n'.join(f'{i},{i * i}' for i in range(40))); print(6 * 7)";

    /// <summary>A program that reads the notebook's file, reports and leaves a file.</summary>
    public const string Program = """
        import csv, os
        import portal_report as report

        with open(os.path.join(os.environ["PORTAL_DATA_DIR"], "rows.csv")) as file:
            rows = list(csv.DictReader(file))
        report.parameter("rows", len(rows))
        for step, row in enumerate(rows):
            report.metric("square", int(row["y"]), step)
        print("read", len(rows), "rows of the notebook", flush=True)
        with open(os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "sum.txt"), "w") as file:
            file.write(str(sum(int(row["y"]) for row in rows)))
        """;

    /// <summary>A reference file, or one of the same columns with younger applicants and larger amounts.</summary>
    public static FilePayload Applicants(string name, bool younger)
    {
        var random = new Random(11);
        var text = new StringBuilder("age,amount,purpose\n");
        string[] purposes = ["car", "furniture", "education"];
        for (var i = 0; i < 800; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{(younger ? random.Next(19, 30) : random.Next(19, 75))},{(younger ? random.Next(9_000, 15_000) : random.Next(500, 15_000))},{purposes[random.Next(3)]}\n");
        }
        return new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text.ToString()) };
    }
}
