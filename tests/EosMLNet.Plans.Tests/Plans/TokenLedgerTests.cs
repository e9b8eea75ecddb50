namespace EosMLNet.Tests.Plans;

public class TokenLedgerTests
{
    [Fact]
    public void A_reduction_counts_from_the_layer_that_it_stands_in_front_of()
    {
        var ledger = TokenLedger.Compute(PlanModels.Scenes, [PlanModels.Site(36), PlanModels.Site(12) with { Layer = 2 }, PlanModels.Site(9) with { Layer = 2 }, PlanModels.Site(3) with { Layer = 5 }]);
        Assert.Equal([36, 36, 9, 9, 9, 3], ledger.VisualTokensPerLayer);
        Assert.Equal(17, ledger.Mean);
        Assert.Equal(3, ledger.Final);
    }

    [Fact]
    public void Operations_are_those_of_the_published_formula_with_grouped_queries()
    {
        // One layer, d = 4, m = 6, two query heads and one key-value head of size 3; 10 text tokens beside 10 visual ones, then beside 2.
        var model = new PlanModel
        {
            Family = "test", Fingerprint = "", Layers = 1, VisualTokens = 10, Grid = new VisualGrid(2, 5),
            HiddenSize = 4, IntermediateSize = 6, Heads = 2, KeyValueHeads = 1, HeadSize = 3,
        };
        var ledger = TokenLedger.Compute(model, [PlanModels.Site(2)], textTokens: 10);
        // Query and output 2n·4·6, key and value 2n·4·3, scores and mixing 2n²·6, feed-forward 3n·4·6.
        Assert.Equal((12 * 48 + 12 * 24 + 144 * 12 + 12 * 72) / (double)(20 * 48 + 20 * 24 + 400 * 12 + 20 * 72), ledger.MacsRatio, 1e-15);
        Assert.Equal(12 / 20.0, ledger.KvBytesRatio, 1e-15);
    }

    [Theory]
    [InlineData(192, 0.421)]
    [InlineData(128, 0.326)]
    [InlineData(64, 0.232)]
    [InlineData(16, 0.162)]
    public void Llava_7B_costs_what_the_literature_says(int keep, double share) // peers: prefill with 95 text tokens, uniform over layers
    {
        Assert.Equal(share, TokenLedger.Compute(PlanModels.Llava7B, [PlanModels.Site(keep)], textTokens: 95).MacsRatio, 5e-4);
    }

    [Fact]
    public void Without_sites_nothing_is_saved()
    {
        var ledger = TokenLedger.Compute(PlanModels.Scenes, []);
        Assert.Equal((144, 144, 1, 1), (ledger.Mean, ledger.Final, ledger.MacsRatio, ledger.KvBytesRatio));
    }
}
