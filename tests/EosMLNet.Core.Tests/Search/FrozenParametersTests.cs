using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

public class FrozenParametersTests
{
    private static readonly SearchSettings Settings = new() { Constraints = new() { MeanVisualTokens = 6.4 }, Steps = 8, BatchSize = 3, SiteLearningRate = 0.3, Seed = 3 };

    [Theory]
    [InlineData(0.0, null, 0.0, 0.0, 0.0)]
    [InlineData(1.0, 0.0, 0.0, 1.0, null)]
    [InlineData(0.123456, 0.77777, 0.001, 0.54321, 1.2345)]
    [InlineData(1.0, double.PositiveInfinity, null, null, null)]
    [InlineData(null, 0.5, null, null, 0.01)]
    public void A_frozen_parameter_has_its_stated_value_in_the_search_and_in_the_plan(double? transfer, double? temperature, double? reweight, double? proportional, double? diversity)
    {
        var result = Run(new() { Transfer = transfer, Temperature = temperature, Reweight = reweight, ProportionalAttention = proportional, Diversity = diversity, Activation = 1 });
        Assert.NotEmpty(result.Plan.Sites);
        Assert.All(result.Plan.Sites, site => Assert.True(
            site.Transfer == (transfer ?? site.Transfer) && site.Temperature == (temperature ?? site.Temperature) && site.Reweight == (reweight ?? site.Reweight) &&
            site.ProportionalAttention == (proportional ?? site.ProportionalAttention) && site.Diversity == (diversity ?? site.Diversity), $"{site}"));
        Assert.All(result.Report.Sites, site => Assert.Equal(1, site.Activation));
        Assert.All(result.Report.Sites, site => Assert.Equal(transfer ?? site.Transfer, site.Transfer, 1e-6));
        if (transfer is null)
            Assert.True(result.Report.Sites.Select(site => site.Transfer).Distinct().Count() > 1, "what is not frozen is searched");
    }

    [Fact]
    public void Rates_alone_are_searched_when_all_else_is_frozen()
    {
        var result = Run(new() { Transfer = 0, Reweight = 0, ProportionalAttention = 0, Activation = 1 }, ScoreCriterion.FeatureNorm);
        Assert.All(result.Plan.Sites, site => Assert.Equal(OperatorRegime.Prune, site.Regime));
        Assert.Null(result.Plan.Parameters);
        Assert.True(result.Plan.Sites.Select(site => site.Keep).Distinct().Count() > 1);
    }

    [Fact]
    public void A_uniform_schedule_keeps_one_count_everywhere()
    {
        var result = Run(new() { UniformKeep = true });
        Assert.All(result.Plan.Ledger.VisualTokensPerLayer, tokens => Assert.Equal(6, tokens));
        Assert.Equal(6.4, result.Report.Constraints[0].Searched, 1e-4);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        using var model = SearchSample.Model();
        foreach (var frozen in new FrozenParameters[] { new() { Transfer = 1.1 }, new() { Temperature = -1 }, new() { Activation = 0 }, new() { Reweight = double.NaN }, new() { ProportionalAttention = -0.1 }, new() { Diversity = -1 } })
            Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => (Settings with { Frozen = frozen }).Check(model)).Code);
    }

    private static SearchResult Run(FrozenParameters frozen, params ScoreCriterion[] scores)
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        return new OperatorSearch(model, Settings with { Frozen = frozen, Scores = scores.Length == 0 ? [ScoreCriterion.Probe, ScoreCriterion.ClsAttention] : scores }).RunFront([Settings.Constraints], data, data, null, default)[0];
    }
}
