using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tests.Search;
using TorchSharp;

namespace EosMLNet.Tests.Latency;

// What takes how long is no matter of tests: these say that everything is measured, and that what comes of it can be used.
public sealed class LatencyCalibrationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public void A_calibration_gives_a_table_that_predicts_every_plan_of_a_search(bool other, int batch)
    {
        using var model = SearchSample.Model(other);
        var before = Live();
        var told = new List<double>();
        var table = LatencyCalibration.Measure(model, textTokens: 7, batch, rounds: 1, new Relay(told.Add));
        Assert.Equal(before, Live());
        Assert.Equal(2, told.Count); // one that warms up, one that counts
        Assert.Equal(1, told[^1]);
        table.Save(folder["table.json"]);
        table = LatencyTable.Load(folder["table.json"]);
        table.CheckFits(model);
        var profile = Assert.Single(table.Profiles);
        Assert.Equal((7, batch), (profile.TextTokens, profile.Batch));
        Assert.Equal(model.VisualTokens, profile.LayerTokens[^1]);
        Assert.All(profile.Layer, x => Assert.True(x > 0));
        Assert.True(profile.Sites[LatencySiteKind.DiverseTransfer][^1].Max() > 0);
        Assert.Equal(model.HasClsAttention, profile.Criteria.ContainsKey(ScoreCriterion.ClsAttention));
        ScoreCriterion[] searched = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.RaterAttention, ScoreCriterion.Novelty, ScoreCriterion.FeatureNorm];
        Assert.True(table.Predict(SearchSample.Plan(model, searched), 7, batch) > 0);
        Assert.True(table.Predict(ReductionPlan.Identity(model.ToPlanModel()), 7, batch) > 0);
    }

    [Fact]
    public void Prefills_are_measured_in_turns_and_nothing_is_left_behind()
    {
        using var model = SearchSample.Model();
        var before = Live();
        var measured = LatencyCalibration.MeasurePlans(model, [ReductionPlan.Identity(model.ToPlanModel()), SearchSample.Plan(model, ScoreCriterion.Probe)], textTokens: 5, batch: 2, rounds: 4);
        Assert.Equal(before, Live());
        Assert.Equal([4, 4], measured.Select(each => each.Count));
        Assert.All(measured.SelectMany(each => each), x => Assert.True(x > 0));
    }

    [Fact]
    public void A_calibration_that_is_cancelled_leaves_nothing_behind()
    {
        using var model = SearchSample.Model();
        var before = Live();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => LatencyCalibration.Measure(model, rounds: 100, progress: new Relay(_ => source.Cancel()), cancellation: source.Token));
        Assert.Equal(before, Live());
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        using var model = SearchSample.Model();
        Expect.Error(EosErrors.InvalidOption, () => LatencyCalibration.Measure(model, textTokens: 0), "text tokens");
        Expect.Error(EosErrors.InvalidOption, () => LatencyCalibration.Measure(model, textTokens: model.MaxPositions), "positions");
        Expect.Error(EosErrors.InvalidOption, () => LatencyCalibration.Measure(model, batch: 0), "batch");
        Expect.Error(EosErrors.InvalidOption, () => LatencyCalibration.Measure(model, rounds: 0), "rounds");
    }

    private static long Live() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private sealed class Relay(Action<double> action) : IProgress<double>
    {
        public void Report(double value) => action(value);
    }
}
