using EosMLNet.Latency;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Latency;

public class LatencyFitTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1.2, 0.8, 0.5)]
    [InlineData(0.9, 1.3, 3)]
    public void Prefills_that_are_parts_times_factors_and_a_rest_are_told_exactly(double layers, double sites, double rest)
    {
        var parts = LatencySample.Random(PlanModels.Scenes, 3).Profiles[0];
        ReductionPlan[] plans = [.. Plans()];
        (ReductionPlan, double)[] prefills = [.. plans.Select(plan => (plan, rest + layers * Layers(parts, plan) + sites * Sites(parts, plan)))];
        var fitted = LatencyFit.Apply(parts, prefills);
        Assert.All(prefills, x => Assert.Equal(1, fitted.Predict(x.Item1) / x.Item2, 0.01)); // the factors are held a little at 1
        Assert.InRange(fitted.Residual, 0, 0.01);
        Assert.Equal(layers, fitted.LayerScale, 0.1);
        Assert.Equal(sites, fitted.SiteScale, 0.1);
        Assert.Equal(parts.Layer[3] * fitted.LayerScale, fitted.Layer[3], 1e-12);
        Assert.Equal(parts.Reweight[3] * fitted.SiteScale, fitted.Reweight[3], 1e-12);
    }

    // The fit of one prefill that is nothing but sites and layers leaves no factor undetermined: they stay near 1.
    [Fact]
    public void What_the_prefills_do_not_tell_stays_as_it_was_measured()
    {
        var parts = LatencySample.Random(PlanModels.Scenes, 3).Profiles[0] with { Rest = 0 };
        var identity = ReductionPlan.Identity(PlanModels.Scenes);
        var fitted = LatencyFit.Apply(parts, [(identity, parts.Predict(identity))]);
        Assert.Equal(1, fitted.SiteScale, 1e-6);
        Assert.Equal(1, fitted.LayerScale, 1e-3);
        Assert.InRange(fitted.Residual, 0, 1e-3);
    }

    private static IEnumerable<ReductionPlan> Plans()
    {
        yield return ReductionPlan.Identity(PlanModels.Scenes);
        foreach (var (layer, keep, count) in new[] { (0, 72, 1), (0, 8, 1), (3, 36, 1), (0, 60, 3), (0, 30, 6), (1, 90, 5) })
        {
            yield return ReductionPlan.Create(PlanModels.Scenes, Enumerable.Range(0, count).Select(i => new ReductionSite
            {
                Layer = layer + i, Keep = keep - 3 * i, Transfer = i % 2, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 },
            }));
        }
    }

    private static double Layers(LatencyProfile parts, ReductionPlan plan) => plan.Ledger.VisualTokensPerLayer.Sum(tokens => parts.LayerAt(tokens, weighted: false).Value);

    private static double Sites(LatencyProfile parts, ReductionPlan plan)
    {
        var (seconds, entering) = (0.0, plan.Model.VisualTokens);
        foreach (var site in plan.Sites)
            (seconds, entering) = (seconds + parts.SiteAt(site, entering, site.Keep).Value, site.Keep);
        return seconds;
    }
}
