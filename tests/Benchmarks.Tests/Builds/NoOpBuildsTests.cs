using System.Text.Json.Nodes;
using Benchmarks.Builds;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Builds;

public sealed class NoOpBuildsTests
{
    private readonly NoOpBuilds builds = new("app", [2, 4, 2, 4, 2], [2.2, 4.2, 2.2, 4.2, 2.4]);

    [Fact]
    public void What_is_added_is_the_median_of_the_pairs_ratios_not_the_ratio_of_the_medians()
    {
        Assert.Equal(2, builds.MedianWithout);
        Assert.Equal(2.4, builds.MedianWith);
        Assert.Equal(0.1, builds.Ratio.Median - 1, 6);
        Assert.InRange(builds.Ratio.Low, 1.05 - 1e-9, 1.1);
        Assert.InRange(builds.Ratio.High, 1.1, 1.2 + 1e-9);
    }

    [Fact]
    public void The_report_is_a_page_and_its_numbers()
    {
        using var folder = new TemporaryFolder();
        NoOpReport.Write(builds, folder.Path);
        Assert.Contains("| +10.0 % (", File.ReadAllText(folder["no-op.md"]));
        var numbers = JsonNode.Parse(File.ReadAllText(folder["no-op.json"]))!;
        Assert.Equal(0.1, (double?)numbers["added"]!["share"]);
        Assert.Equal(5, numbers["secondsWith"]!.AsArray().Count);
    }
}
