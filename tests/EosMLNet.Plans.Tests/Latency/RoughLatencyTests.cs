using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Latency;

public class RoughLatencyTests
{
    // A layer's multiply-accumulates are 1,000 for each token and 20 for each pair: 300,000 of 100 tokens, 100,000 of 50.
    private static readonly PlanModel Model = PlanModels.Scenes with
    {
        Layers = 2,
        VisualTokens = 68,
        Grid = new VisualGrid(4, 17),
        HiddenSize = 10,
        IntermediateSize = 20,
        Heads = 1,
        KeyValueHeads = 1,
        HeadSize = 10,
    };

    [Theory]
    [InlineData(0, 1, 4e-6 + 0.001)]
    [InlineData(1, 1, 8e-6 + 0.001)]
    [InlineData(1, 500, 4e-3 + 0.001)]
    public void A_prefill_takes_its_layers_for_each_row_and_its_sites_once(int layer, int rows, double seconds) =>
        Assert.Equal(seconds, RoughLatency.Seconds(Halved(layer), rows), 1e-12);

    [Fact]
    public void The_unreduced_model_takes_its_layers_alone_and_saves_nothing()
    {
        var identity = ReductionPlan.Identity(Model);
        Assert.Equal((12e-6, 0.0), (RoughLatency.Seconds(identity), RoughLatency.SavedMacs(identity)));
        Assert.False(RoughLatency.CostsMore(identity, 1));
    }

    [Fact]
    public void Sites_cost_more_than_they_save_below_so_many_rows()
    {
        Assert.Equal((400_000, 200_000), (RoughLatency.SavedMacs(Halved(0)), RoughLatency.SavedMacs(Halved(1))));
        Assert.Equal((true, false), (RoughLatency.CostsMore(Halved(0), 124), RoughLatency.CostsMore(Halved(0), 125)));
    }

    // With 32 text tokens, 50 of 100 enter the layers from this one on.
    private static ReductionPlan Halved(int layer) =>
        ReductionPlan.Create(Model, [PlanModels.Site(18, ScoreCriterion.FeatureNorm) with { Layer = layer }]);
}
