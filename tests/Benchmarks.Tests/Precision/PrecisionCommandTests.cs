using System.Text.Json;
using Benchmarks.Precision;

namespace Benchmarks.Tests.Precision;

public class PrecisionCommandTests
{
    [Fact]
    public void Every_type_answers_under_every_plan_and_the_page_tells_the_differences()
    {
        var folder = Directory.CreateTempSubdirectory("eos-precision-").FullName;
        try
        {
            Assert.Equal(0, new PrecisionCommand().Parse(["--quick", "--work", folder, "--output", folder]).Invoke());

            using var written = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "precision.json")));
            var rows = written.RootElement.GetProperty("rows").EnumerateArray().ToList();
            Assert.Contains(rows.Count, new[] { 6, 9 }); // 8 bits only where the processor has them
            Assert.All(rows.Take(3), row => Assert.Equal(1, row.GetProperty("agreement").GetDouble()));
            Assert.All(rows, row => Assert.InRange(row.GetProperty("accuracy").GetDouble(), 0.01, 1));
            Assert.Equal(rows.Count, File.ReadLines(Path.Combine(folder, "precision.md")).Count(line => line.Contains(" points |")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
