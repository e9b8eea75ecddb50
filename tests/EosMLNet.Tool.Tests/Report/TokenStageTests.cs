using EosMLNet.Execution;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Tests.Report;

public sealed class TokenStageTests
{
    private static readonly VisualLayout Layout = new VisualGrid(1, 4);

    [Fact]
    public void Each_token_is_where_most_of_it_is()
    {
        // Of four tokens the first and the third are kept: the second is divided, the fourth is dropped.
        var stage = Assert.Single(TokenStage.Of(Plan(2), [new(0, Layout, 0, [0, 2], [1.3f, 1.7f], [1 / 1.3f, 0.3f / 1.3f, 0, 0, 0, 0.7f / 1.7f, 1 / 1.7f, 0])]));
        Assert.Equal(2, stage.Layer);
        Assert.Equal([0, 2, 2, -1], stage.To);
        Assert.Equal([100, 70, 100, 0], stage.Part);
        Assert.Equal([1.3, 0, 1.7, 0], stage.Mass);
    }

    [Fact]
    public void Of_several_sites_in_front_of_a_layer_the_last_one_tells_what_the_layer_sees()
    {
        float[] all = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
        var stages = TokenStage.Of(Plan(0, 3), [new(0, Layout, -1, [0, 1, 2, 3], [1, 1, 1, 1], all), new(0, Layout, 0, [1, 3], [1, 1], [0, 1, 0, 0, 0, 0, 0, 1]), new(0, Layout, 1, [3], [1], [0, 0, 0, 1])]);
        Assert.Equal([0, 3], stages.Select(stage => stage.Layer));
        Assert.Equal([-1, 1, -1, 3], stages[0].To);
        Assert.Equal([-1, -1, -1, 3], stages[1].To);
    }

    private static ReductionPlan Plan(params int[] layers)
    {
        var model = new PlanModel
        {
            Family = "llava", Fingerprint = "sha256:" + new string('0', 64), Layers = 4, VisualTokens = 4, Grid = new(1, 4), HiddenSize = 8, IntermediateSize = 8, Heads = 2, KeyValueHeads = 2, HeadSize = 4,
        };
        return ReductionPlan.Create(model, layers.Select((layer, i) => new ReductionSite { Layer = layer, Keep = 2 - i, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } }));
    }
}
