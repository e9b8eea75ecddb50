using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>A search in each type that models can be searched in: that it runs, that it repeats, and that it goes on where it was stopped.</summary>
public class DataTypeSearchTests
{
    // With everything that a search has: micro-batches, recomputed layers, alignment, corners, counts.
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 6 }, Steps = 6, BatchSize = 2, MicroBatch = 1, RecomputedLayers = 2, AlignmentWeight = 0.1, ValidationQuestions = 6, Tightening = 0.3,
    };

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void A_search_gives_the_same_bytes_twice_also_where_it_was_stopped_and_says_what_it_computed_in(ScalarType type)
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var (settings, steps) = (Settings with { CheckpointPath = folder["search.ckpt"] }, new List<int>());
        Assert.Throws<OperationCanceledException>(() => Run(type, settings, new Immediately(at =>
        {
            if (at.Step == 3)
                stop.Cancel();
        }), stop.Token));
        var (whole, inTwo) = (Run(type), Run(type, settings, new Immediately(at =>
        {
            if (at.Phase == SearchPhase.Steps)
                steps.Add(at.Step);
        })));
        Assert.Equal(4, steps[0]);
        Assert.All(whole.Report.Losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(whole.Report.Losses, inTwo.Report.Losses);
        var json = whole.Plan.ToJson(); // with the fingerprint of the learned scores
        Assert.Equal(json, inTwo.Plan.ToJson());
        Assert.InRange(whole.Plan.Ledger.Mean, 1, 6);
        var name = type == ScalarType.Float32 ? null : $"{type}".ToLowerInvariant();
        Assert.Equal(name, whole.Plan.Provenance!.DataType);
        if (name is null)
            Assert.DoesNotContain("dataType", json);
        else
            Assert.Contains($"\"dataType\": \"{name}\"", json);
        whole.Plan.Save(folder["plan.json"]);
        Assert.Equal(json, ReductionPlan.Load(folder["plan.json"]).ToJson());
    }

    private static SearchResult Run(ScalarType type, SearchSettings? settings = null, IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var model = SearchSample.Model(dtype: type);
        using var data = SearchSample.Data(model, 4, 1);
        return new OperatorSearch(model, settings ?? Settings).RunFront([Settings.Constraints], data, data, progress, cancellation)[0];
    }
}
