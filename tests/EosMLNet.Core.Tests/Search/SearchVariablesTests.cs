using EosMLNet.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class SearchVariablesTests
{
    [Fact]
    public void Counts_that_meet_the_budget_are_kept_as_they_are_and_others_in_their_proportions()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 3, 2);
        var settings = new SearchSettings { Constraints = new() { MeanVisualTokens = 5 }, RelevanceRank = 3 };
        using var basis = ScoreBasis.Of(model, data, data.Rows, settings.RelevanceRank, ScalarType.Float32);
        using var variables = new SearchVariables(model, settings, basis);
        variables.Limit(settings.Constraints);
        var layers = model.LayerCount;
        double[] fitting = [.. Enumerable.Range(0, layers).Select(i => 5 + (layers - 1) / 2.0 - i)];

        variables.Keep(fitting);
        Assert.All(fitting.Zip(variables.Counts()), x => Assert.Equal(x.First, x.Second, 1e-4));

        variables.Keep([.. fitting.Select(count => 1.5 * count)]);
        var counts = variables.Counts();
        Assert.Equal(5, counts.Average(), 1e-4);
        Assert.Equal(counts.OrderDescending(), counts);

        variables.KeepAsAtFirst();
        Assert.All(variables.Counts(), count => Assert.Equal(5, count, 0.3)); // nearly flat: a fraction of 1 has no gradient
    }
}
