using Benchmarks.Quality;
using Benchmarks.Report;
using Benchmarks.Units;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Quality;

public sealed class HorizonTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_tokens_but_one_leave_in_front_of_each_layer_and_the_page_says_from_where_on_they_are_not_needed()
    {
        using var bench = new Workbench(folder["work"], QualitySettings.Quick, QualityModel.All[0]);
        IReadOnlyList<Trial> trials = [QualityTrials.Unreduced, .. Horizon.All(bench)];
        Assert.Empty(UnitWorker.Run([.. QualityUnits.Of(bench, trials, "main/0"), .. QualityUnits.Of(bench, trials, "horizon")], bench.Store, _ => { }));

        var results = new QualityResults(bench, trials);
        var layers = results.Of(Horizon.Section).ToList();
        var (tokens, depth) = (bench.PlanModel.VisualTokens, bench.Model.LayerCount);
        Assert.Equal(Enumerable.Range(0, depth).Select(layer => (layer * tokens + depth - layer) / (double)depth), layers.Select(done => done.Ledger.Mean));
        Assert.All(layers, done => Assert.InRange(done.Ledger.Mean, done.Trial.Budget - 1, done.Trial.Budget));
        Assert.True(layers[0].Accuracy < results.Unreduced!.Accuracy);

        var page = QualityPage.Write(results, []);
        var needed = layers.FindLastIndex(done => done.Accuracy < results.Unreduced.Accuracy - 0.005);
        Assert.Contains($"so does every layer behind it: {(needed + 1 == depth ? "none of them" : $"layer {needed + 1}")}.", page);
        Assert.All(Enumerable.Range(0, depth), layer => Assert.Contains($"\n| {layer} | ", page));
    }
}
