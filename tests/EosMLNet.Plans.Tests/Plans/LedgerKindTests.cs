using FsCheck;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Plans;

public class LedgerKindTests
{
    private static readonly LedgerKind[] Kinds = [.. ConstraintKind.All.OfType<LedgerKind>()];

    // What a search descends is what a finished plan is charged.
    [Property]
    public void Of_whole_counts_a_search_and_the_ledger_find_the_same_cost(
        byte first, byte second, byte layer, byte gap, DoNotSize<ushort> visual)
    {
        var (early, late) = (layer % 5, layer % 5 + 1 + gap % (5 - layer % 5));
        var tokens = 1 + visual.Item % 400;
        int[] kept = [1 + first % tokens, 1 + second % tokens];
        var model = PlanModels.Scenes with { VisualTokens = tokens, Grid = new VisualGrid(1, tokens) };
        var ledger = TokenLedger.Compute(model, [PlanModels.Site(kept.Max()) with { Layer = early }, PlanModels.Site(kept.Min()) with { Layer = late }]);
        var layers = new CountedLayers(model, ImageSizes.All(tokens), early, [late - early, 6 - late]);
        Assert.All(Kinds, kind => Assert.Equal(kind.Of(ledger, tokens), kind.Of(layers).Of([kept.Max(), kept.Min()]), 1e-9 * tokens));
    }

    [Fact]
    public void The_unreduced_model_costs_all_its_tokens_or_the_whole() => Assert.Equal(
        [("MeanVisualTokens", 144.0), ("FinalVisualTokens", 144), ("MacsRatio", 1), ("KvBytesRatio", 1), ("MeanVisualShare", 1)],
        Kinds.Select(kind => (kind.Name, kind.Unreduced(PlanModels.Scenes, double.NaN))));

    [Fact]
    public void Shares_are_at_most_one_and_only_final_tokens_are_of_the_last_layer()
    {
        Assert.Equal(["KvBytesRatio", "LatencyFraction", "MacsRatio", "MeanVisualShare"], ConstraintKind.All.Where(kind => kind.IsShare).Select(kind => kind.Name).Order());
        Assert.Equal(["FinalVisualTokens"], Kinds.Where(kind => kind.IsOfLastLayer).Select(kind => kind.Name));
    }

    [Fact]
    public void Of_images_of_several_sizes_operations_grow_with_the_mean_of_squares()
    {
        var (small, large) = (new CountedLayers(PlanModels.Scenes, ImageSizes.All(100), 0, [6]), new CountedLayers(PlanModels.Scenes, ImageSizes.Of([50, 150]), 0, [6]));
        Assert.Equal(100, large.VisualTokens);
        var kind = (LedgerKind)ConstraintKind.MacsRatio;
        var (one, several) = (kind.Of(small), kind.Of(large));
        Assert.Equal(1, one.Of([100]), 1e-12); // nothing dropped
        Assert.Equal(1, several.Of([100]), 1e-12);
        Assert.True(several.Square[0] / one.Square[0] > 1.2 * several.Linear[0] / one.Linear[0]);
    }

    [Fact]
    public void Latency_is_counted_in_milliseconds_or_in_parts_of_the_unreduced_model_s()
    {
        var (ms, fraction) = ((LatencyKind)ConstraintKind.LatencyMs, (LatencyKind)ConstraintKind.LatencyFraction);
        Assert.Equal((1000.0, 4.0), (ms.OfSecond(0.25), fraction.OfSecond(0.25)));
        Assert.Equal((250.0, 1.0), (ms.Unreduced(PlanModels.Scenes, 0.25), fraction.Unreduced(PlanModels.Scenes, 0.25)));
        Assert.Equal(["prefill", "prefill"], new[] { ms.Quantity, fraction.Quantity });
    }

    [Fact]
    public void Every_kind_says_what_it_is() => Assert.All(ConstraintKind.All, kind =>
    {
        Assert.EndsWith(".", kind.Description, StringComparison.Ordinal);
        Assert.NotEmpty(kind.Quantity);
        Assert.Equal(kind.Name, kind.ToString());
    });
}
