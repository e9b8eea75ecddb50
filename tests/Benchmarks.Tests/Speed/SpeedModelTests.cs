using Benchmarks.Speed;
using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Shapes;

namespace Benchmarks.Tests.Speed;

public sealed class SpeedModelTests
{
    private static readonly LlavaConfig Small = LargeModel.Config with
    {
        Text = LargeModel.Config.Text with { HiddenSize = 32, IntermediateSize = 64, LayerCount = 4, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 8, VocabularySize = 64 },
        Vision = LargeModel.Config.Vision with { HiddenSize = 16, IntermediateSize = 32, HeadCount = 2, ImageSize = 84 },
        ImageTokenIndex = 63,
    };

    [Fact]
    public void The_large_model_has_576_visual_tokens_and_more_than_300_million_parameters_in_its_layers()
    {
        var text = LargeModel.Config.Text;
        long width = text.HiddenSize, queries = text.HeadCount * text.HeadSize, keys = text.KeyValueHeadCount * text.HeadSize;
        Assert.InRange(text.LayerCount * (2 * width * queries + 2 * width * keys + 3 * width * text.IntermediateSize), 300_000_000, 400_000_000);
        Assert.Equal(576, LargeModel.Config.VisualTokens);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(8)]
    [InlineData(4)]
    public void A_plan_has_the_mean_it_is_asked_for_and_runs_on_the_random_model(int mean)
    {
        using var model = LargeModel.Create(Small);
        var plan = TypicalPlan.Of(model.ToPlanModel(), mean);
        Assert.Equal(mean, plan.Ledger.Mean);
        using var batch = LargeModel.Batch(model, 2, 6);
        var generation = new ReducedModel(model, plan).Generate(batch, 3);
        Assert.All(generation.Ids, answer => Assert.Equal(3, answer.Length));
    }

    [Fact]
    public void The_random_model_is_the_same_each_time()
    {
        using var first = LargeModel.Create(Small);
        using var second = LargeModel.Create(Small);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
    }

    [Fact]
    public void Everything_that_is_measured_on_a_decoder_gives_its_rows()
    {
        using var model = LargeModel.Create(Small with { Vision = Small.Vision with { ImageSize = 196 } });
        var rows = DecoderSpeed.MeasurePrefill(model, 2, 1, [192, 128, 64, 16]).Concat(DecoderSpeed.MeasureFloor(model, 1, [64, 16])).Concat(DecoderSpeed.MeasureDecode(model, 1, 2, 1, [192, 16])).ToList();
        Assert.Equal(4 + 3 + 2, rows.Count);
        Assert.All(rows, row => Assert.True(double.IsFinite(row.Ratio)));
    }

    [Fact]
    public void Things_are_timed_in_turns_after_a_round_that_does_not_count()
    {
        var order = "";
        var seconds = Interleaved.Seconds(2, () => order += "a", () => order += "b");
        Assert.Equal("ba" + "ab" + "ba", order);
        Assert.All(seconds, times => Assert.Equal(2, times.Length));
    }
}
