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

    [Fact]
    public void A_site_that_is_dropped_keeps_what_enters_it_has_no_gradient_and_can_return()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 3, 2);
        var settings = new SearchSettings { Constraints = new() { MeanVisualTokens = 5 }, RelevanceRank = 3 };
        using var basis = ScoreBasis.Of(model, data, data.Rows, settings.RelevanceRank, ScalarType.Float32);
        using var variables = new SearchVariables(model, settings, basis);
        bool[] stay = [.. Enumerable.Range(0, model.LayerCount).Select(i => i != 1)];

        variables.Drop(stay);
        variables.MeetBudget();
        using (var scope = NewDisposeScope())
        {
            var sites = variables.Sites([.. stay.Select(_ => 0.999999)]); // the noise that opens gates most
            Assert.Equal(stay, sites.Select(site => site.Acts));
            Assert.Equal(sites[0].Count.Number(), sites[1].Count.Number(), 1e-5);
            sites[^1].Count.backward();
        }
        Assert.Equal(5, variables.Counts().Average(), 1e-3);
        Assert.Equal(0, variables.CountGradient()[1]);
        Assert.NotEqual(0, variables.CountGradient()[0]);
        Assert.Equal([0], variables.Read().Select((site, i) => (site.Activation, i)).Where(x => x.i == 1).Select(x => x.Activation));

        variables.Return();
        using var again = NewDisposeScope();
        Assert.All(variables.Sites(), site => Assert.True(site.Acts));
    }
}
