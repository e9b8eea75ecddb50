using EosMLNet.Search;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Search;

public class SiteTrialsTests
{
    private const int Questions = 512;

    // What each site is worth: the loss on every question without it.
    [Theory]
    [InlineData(1, "0 0 0 0", "0")]       // none is worth anything: the one that the budget needs stays
    [InlineData(1, "9 0 1 0", "0 2")]
    [InlineData(1, "9 1 1 1", "0 1 2 3")]
    [InlineData(1, "9 -1 0 1", "0 3")]
    [InlineData(1e-9, "9 0 1 -1", "0 2")] // cheap ones are not left in where they cost nothing
    public void Sites_that_are_worth_nothing_are_dropped(double price, string worth, string expected)
    {
        var tried = new List<string>();
        var found = Apply([16, 15, 12, 4], price, question: (_, site) => Worth(worth)[site], tried);
        Assert.Equal(expected, Names(found));
        Assert.Equal("0 1 2 3", tried[0]);
        Assert.InRange(tried.Count, 2, SiteTrials.Most(4));
        Assert.Equal("0 2 3", tried[1]); // the one that drops fewest tokens first
    }

    // On one half of the questions it gains as much as it loses on the other, and a little more.
    [Theory]
    [InlineData(1, 0.01, "0")]
    [InlineData(1, 0.5, "0 1")]
    [InlineData(1e-9, 0.01, "0 1")]
    public void A_dear_site_is_dropped_where_its_loss_cannot_be_told_from_nothing_and_a_cheap_one_where_there_is_none(double price, double loss, string expected) =>
        Assert.Equal(expected, Names(Apply([16, 15], price, question: (question, site) => site == 0 ? 9 : loss + (question % 2 == 0 ? 1 : -1))));

    [Fact]
    public void Many_small_losses_do_not_add_up()
    {
        double[] counts = [.. Enumerable.Range(0, 10).Select(i => 20.0 - i)];
        // The noise is each site's own: 0.024 is less than two standard errors, 0.8 / √512 = 0.035; so is 2 · 0.024, of √2 times that; no more.
        var found = Apply(counts, 1, question: (question, site) => site == 0 ? 9 : 0.024 + ((question >> (site - 1)) % 2 == 0 ? 0.4 : -0.4));
        Assert.Equal(2, found.Count(site => site.Activation == 0));
    }

    [Fact]
    public void What_stays_keeps_its_count_and_what_is_dropped_keeps_what_enters_it()
    {
        var found = Apply([16, 15, 15, 4], 1, question: (_, site) => site is 0 or 3 ? 1 : 0);
        Assert.Equal([16, 16, 16, 4], found.Select(site => site.Keep));
        Assert.Equal([1, 0, 0, 1], found.Select(site => site.Activation));
        found = Apply([16, 15, 15, 4], 1, question: (_, site) => site == 1 ? 1 : 0, needed: 1);
        Assert.Equal([144, 15, 15, 15], found.Select(site => site.Keep));
    }

    [Fact]
    public void A_drop_that_makes_the_plan_slower_is_not_tried()
    {
        var tried = new List<string>();
        var found = Apply([16, 4], 1, question: (_, _) => 0, tried, secondsOf: plan => -plan.Sites.Count);
        Assert.Equal("0 1", Names(found));
        Assert.Equal(["0 1"], tried);
    }

    private static double[] Worth(string worth) => [.. worth.Split(' ').Select(double.Parse)];

    private static string Names(IReadOnlyList<SearchedSite> sites) => string.Join(' ', sites.Where(site => site.Activation > 0).Select(site => site.Layer));

    // The loss of a question is the sum of what the missing sites are worth to it; the budget can only be met with one of the sites.
    private static IReadOnlyList<SearchedSite> Apply(double[] counts, double price, Func<int, int, double> question, List<string>? tried = null,
        int needed = 0, Func<ReductionPlan, double>? secondsOf = null)
    {
        var score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 };
        IReadOnlyList<SearchedSite> sites = [.. counts.Select((count, i) => new SearchedSite(i, 1, count, 0.5, 0.1, 0, 1, 0, score))];
        var left = new List<int>();
        var model = PlanModels.Scenes with { Layers = 10 };
        var found = SiteTrials.Apply(sites, model.VisualTokens, Plan, Measure, secondsOf ?? (plan => 1 + price * plan.Sites.Count), left.Add);
        Assert.Equal(left.OrderDescending(), left);
        Assert.Equal(0, left[^1]);
        return found;

        ReductionPlan? Plan(IReadOnlyList<SearchedSite> some) => some[needed].Activation == 0 ? null
            : ReductionPlan.Create(model, [.. some.Where(site => site.Activation > 0)
                .Select(site => new ReductionSite { Layer = site.Layer, Keep = (int)site.Keep, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 } })]);

        ValidationResult Measure(ReductionPlan plan)
        {
            tried?.Add(string.Join(' ', plan.Sites.Select(site => site.Layer)));
            int[] missing = [.. Enumerable.Range(0, counts.Length).Except(plan.Sites.Select(site => site.Layer))];
            return new(0, 0, [], [.. Enumerable.Range(0, Questions).Select(q => new ValidationResult.Row([1 + missing.Sum(site => question(q, site))], [true]))]);
        }
    }
}
