using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

public class CountTrialsTests
{
    [Theory]
    [InlineData("20 20 20 2")]
    [InlineData("8 8 8 8")]
    [InlineData("30 18 11 7")]
    public void Counts_shift_towards_what_lowers_the_loss_and_stop_there(string target)
    {
        double[] wanted = [.. target.Split(' ').Select(int.Parse)];
        var tried = new List<double[]>();
        var found = CountTrials.Apply(Sites(16, 16, 16, 16), sites =>
        {
            tried.Add([.. sites.Select(site => site.Keep)]);
            return Loss(sites);
        });
        Assert.True(Loss(found) <= Loss(Sites(16, 16, 16, 16)));
        Assert.Equal(tried.Min(counts => counts.Zip(wanted, (a, b) => Square(Math.Log(a / b))).Sum()), Loss(found));
        Assert.All(tried, counts => Assert.True(counts.Zip(counts.Skip(1)).All(x => x.First >= x.Second && x.Second >= 1)));
        Assert.InRange(tried.Count, 7, 1 + 3 * 2 * 3);

        double Loss(IReadOnlyList<SearchedSite> sites) => sites.Zip(wanted, (site, w) => Square(Math.Log(site.Keep / w))).Sum();
        static double Square(double x) => x * x;
    }

    [Fact]
    public void Only_the_counts_change_and_one_site_has_nothing_to_shift()
    {
        var sites = Sites(9, 5);
        var found = CountTrials.Apply(sites, s => s[1].Keep);
        Assert.Equal(sites.Select(s => s with { Keep = 0 }), found.Select(s => s with { Keep = 0 }));
        Assert.True(found[1].Keep < 5 && found[0].Keep == 9);
        Assert.Same(sites, CountTrials.Apply(sites, _ => 1));
        Assert.Equal(7, Assert.Single(CountTrials.Apply(Sites(7), _ => 1)).Keep);
    }

    private static IReadOnlyList<SearchedSite> Sites(params double[] counts)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 };
        return [.. counts.Select((count, i) => new SearchedSite(i, 1, count, 0.5, 0.1, 0, 1, 0, score))];
    }
}
