using System.Text.Json.Nodes;
using Benchmarks.Speed;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Speed;

public sealed class SpeedReportTests
{
    private static readonly string[] Order = ["prefill", "decode"];

    [Fact]
    public void A_row_is_the_median_of_the_pairs_with_its_interval()
    {
        var row = SpeedRow.Of("decode", "decode", [1.1, 1.3, 1.2], "the unreduced model", "at least 1", "");
        Assert.Equal(1.2, row.Ratio);
        Assert.Equal((1.1, 1.3), (row.Low, row.High));
        Assert.NotEmpty(row.Hardware);
    }

    [Fact]
    public void Groups_that_were_not_measured_keep_their_rows()
    {
        using var folder = new TemporaryFolder();
        SpeedReport.Write(folder.Path, [Row("decode", "old"), Row("decode", "gone")], Order);
        SpeedReport.Write(folder.Path, [Row("prefill", "first")], Order);
        SpeedReport.Write(folder.Path, [Row("decode", "new")], Order);
        var rows = JsonNode.Parse(File.ReadAllText(folder["speed.json"]))!["rows"]!.AsArray();
        Assert.Equal(["first", "new"], rows.Select(row => (string?)row!["name"]));
        Assert.All(rows, row => Assert.All(new[] { "ratio", "low", "high", "reference", "hardware" }, field => Assert.NotNull(row![field])));
        var page = File.ReadAllText(folder["speed.md"]);
        Assert.Contains("| first | **1.000** | 1.000 to 1.000 | nothing |", page);
        Assert.DoesNotContain("gone", page);
    }

    private static SpeedRow Row(string group, string name) => SpeedRow.Of(group, name, [1, 1], "nothing", "", "");
}
