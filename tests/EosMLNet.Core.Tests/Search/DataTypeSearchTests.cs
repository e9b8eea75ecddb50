using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>A search in 16 bits: that it runs, and that it repeats.</summary>
public class DataTypeSearchTests
{
    // With everything that a search has: micro-batches, recomputed layers, alignment, corners, counts.
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 6 }, Steps = 6, BatchSize = 2, MicroBatch = 1, RecomputedLayers = 2, AlignmentWeight = 0.1, ValidationQuestions = 6, Tightening = 0.3,
    };

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void A_search_in_16_bits_gives_the_same_bytes_twice_and_says_what_it_computed_in(ScalarType type)
    {
        var runs = Enumerable.Range(0, 2).Select(_ => Run(type)).ToArray();
        Assert.All(runs[0].Report.Losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(runs[0].Report.Losses, runs[1].Report.Losses);
        Assert.Equal(runs[0].Plan.ToJson(), runs[1].Plan.ToJson()); // with the fingerprint of the learned scores
        Assert.Equal($"{type}".ToLowerInvariant(), runs[0].Plan.Provenance!.DataType);
        Assert.InRange(runs[0].Plan.Ledger.Mean, 1, 6);
    }

    [Fact]
    public void A_plan_of_float32_says_nothing_about_it_and_both_are_read_again()
    {
        var (single, half) = (Run(ScalarType.Float32).Plan, Run(ScalarType.BFloat16).Plan);
        Assert.DoesNotContain("dataType", single.ToJson());
        Assert.Contains("\"dataType\": \"bfloat16\"", half.ToJson());
        using var folder = new TemporaryFolder();
        half.Save(folder["plan.json"]);
        Assert.Equal(half.ToJson(), ReductionPlan.Load(folder["plan.json"]).ToJson());
    }

    private static SearchResult Run(ScalarType type)
    {
        using var model = SearchSample.Model(dtype: type);
        using var data = SearchSample.Data(model, 4, 1);
        return new OperatorSearch(model, Settings).RunFront([Settings.Constraints], data, data, null, default)[0];
    }
}
