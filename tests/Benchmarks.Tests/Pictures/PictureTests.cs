using Benchmarks.Pictures;
using EosMLNet.Execution;
using EosMLNet.Tests;
using ScenesVqa;
using ScenesVqa.Scenes;
using SkiaSharp;
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

    [Fact]
    public void A_map_has_a_picture_for_each_layer_that_tints_what_is_left_and_darkens_what_is_gone()
    {
        var model = new PlanModel
        {
            Family = "llava", Fingerprint = "sha256:" + new string('0', 64), Layers = 4, VisualTokens = 4, Grid = new(2, 2), HiddenSize = 8, IntermediateSize = 8, Heads = 2, KeyValueHeads = 2, HeadSize = 4,
        };
        var plan = ReductionPlan.Create(model, new[] { 0, 3 }.Select(layer => new ReductionSite { Layer = layer, Keep = layer == 0 ? 2 : 1, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } }));
        VisualLayout layout = new VisualGrid(2, 2);
        // Of a white image the first patch takes the second up, the third stays as it is, and the fourth is dropped; then the third goes, too.
        TokenTrace[] traces = [new(0, layout, 0, [0, 2], [2, 1], [0.5f, 0.5f, 0, 0, 0, 0, 1, 0]), new(0, layout, 1, [0], [2], [0.5f, 0.5f, 0, 0])];
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            TokenMap.Save(file, new RgbImage(4, 4, [.. Enumerable.Repeat((byte)255, 48)]), plan, traces);
            using var picture = SKBitmap.Decode(file);
            Assert.Equal((3 * 340, 374), (picture.Width, picture.Height));
            Assert.Equal([SKColors.White, SKColors.White], [At(0, 0, 1), At(0, 1, 1)]);
            Assert.NotEqual(SKColors.White, At(1, 0, 1)); // tinted
            Assert.True(IsGrey(At(1, 1, 1)));
            Assert.False(IsGrey(At(1, 1, 0)));
            Assert.Equal(At(1, 0, 1), At(2, 0, 1));
            Assert.Equal([At(1, 1, 1), At(1, 1, 1)], [At(2, 1, 0), At(2, 1, 1)]);

            // Beside the middle of a patch, where the numbers are.
            SKColor At(int plot, int row, int column) => picture.GetPixel((plot * 340) + 14 + (int)((column + 0.25) * 156), 48 + (int)((row + 0.25) * 156));
        }
        finally
        {
            File.Delete(file);
        }

        static bool IsGrey(SKColor colour) => colour.Red == colour.Green && colour.Green == colour.Blue && colour.Red < 128;
    }
}
