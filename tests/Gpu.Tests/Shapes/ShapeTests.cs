using EosMLNet.Evaluation;
using EosMLNet.Tests.Plans;
using Gpu.Shapes;

namespace Gpu.Tests.Shapes;

public class ShapeTests
{
    [Fact]
    public void The_large_shape_is_that_of_LLaVA_7B()
    {
        var (config, model) = (Shape.Llava7B.Config, PlanModels.Llava7B);
        Assert.Equal((model.VisualTokens, model.Layers, model.HiddenSize, model.IntermediateSize, model.Heads, model.KeyValueHeads, model.HeadSize),
            (config.VisualTokens, config.Text.LayerCount, config.Text.HiddenSize, config.Text.IntermediateSize, config.Text.HeadCount, config.Text.KeyValueHeadCount, config.Text.HeadSize));
        Assert.Equal((1024, 24, 336, 14, -2, 32064), (config.Vision.HiddenSize, config.Vision.LayerCount, config.Vision.ImageSize, config.Vision.PatchSize, config.VisionFeatureLayer, config.Text.VocabularySize));
    }

    [Theory]
    [InlineData(192)]
    [InlineData(128)]
    [InlineData(64)]
    [InlineData(16)]
    public void A_typical_plan_meets_its_budget_with_everything_that_searches_use(int mean)
    {
        var plan = TypicalPlan.Of(PlanModels.Llava7B, mean);
        Assert.Equal(mean, plan.Ledger.Mean);
        Assert.Equal(4, plan.Sites.Count);
        Assert.Equal(plan.Sites.Select(site => site.Keep).OrderDescending(), plan.Sites.Select(site => site.Keep));
        Assert.All(plan.Sites, site => Assert.True(site is { Transfer: > 0, Diversity: > 0, ProportionalAttention: > 0, Reweight: > 0 } && site.Score.ContainsKey(ScoreCriterion.Probe)));
        Assert.All(plan.Sites.Skip(1), site => Assert.Contains(ScoreCriterion.TextAttention, site.Score.Keys));
    }

    [Fact]
    public void A_shape_that_is_not_there_is_named() => Expect.Error(EosErrors.InvalidOption, () => Shape.Of("13b"), "'13b'", "7b or tiny");

    [Fact]
    public void The_median_of_an_even_number_lies_between_the_two_in_the_middle()
    {
        Assert.Equal(2.5, Statistics.Median([4, 1, 3, 2]));
        Assert.Equal(3, Statistics.Median([9, 1, 3]));
    }
}
