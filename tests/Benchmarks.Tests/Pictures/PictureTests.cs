using Benchmarks.Pictures;
using EosMLNet.Tests;
using ScenesVqa;
using ScenesVqa.Scenes;
using Curve = Benchmarks.Pictures.Curve;

namespace Benchmarks.Tests.Pictures;

public class PictureTests
{
    private static readonly ReductionPlan Plan = ReductionPlan.Load(Repository.At("build", "docs", "pictures", "scenes-16.plan.json"));

    [Fact]
    public void The_shares_of_all_tokens_add_up_to_what_the_plan_keeps()
    {
        var shares = KeptShares.Of(Plan, new SceneGenerator(seed: 5).Draw(0), ["what number is written", "is there a blue circle"]);
        Assert.Equal((12, 12), (shares.GetLength(0), shares.GetLength(1)));
        Assert.Equal(Plan.Ledger.Final, shares.Cast<double>().Sum(), 1e-9);
        Assert.All(shares.Cast<double>(), share => Assert.Contains(share, new[] { 0, 0.5, 1 }));
    }

    [Fact]
    public void A_curve_has_the_means_over_the_seeds_of_the_report_cheapest_first()
    {
        var (methods, unreduced) = Curve.Load(Repository.At("build", "docs", "benchmarks", "quality.json"));
        var searched = methods.Single(method => method.Name == "EOS");
        Assert.Equal(4, searched.Macs.Length); // 4, 16, 32 and 48 tokens
        Assert.Equal(searched.Macs.Order(), searched.Macs);
        Assert.Equal(98.4, searched.Accuracies[1], 0.06); // quality.md: 98.4 % at 16 tokens, of 98.8, 99.0 and 97.6
        Assert.Equal(99.3, unreduced, 0.06);
    }

    [Fact]
    public void The_picture_is_drawn_and_light_enough_for_a_page()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            var kept = new double[12, 12];
            (kept[0, 0], kept[5, 6]) = (1, 0.5);
            InShort.Save(file, DatasetWriter.EncodePng(new SceneGenerator(seed: 5).Draw(0)), kept, 2, Curve.Load(Repository.At("build", "docs", "benchmarks", "quality.json")));
            Assert.InRange(new FileInfo(file).Length, 50_000, 200_000);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
