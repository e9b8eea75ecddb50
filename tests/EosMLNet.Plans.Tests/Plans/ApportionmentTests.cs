using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Presets;

public class ApportionmentTests
{
    [Property(MaxTest = 400)]
    public void Any_searched_counts_become_a_plan_within_the_budget(int seed)
    {
        var random = new Random(seed);
        int sites = random.Next(1, 13), visualTokens = random.Next(4, 600);
        int[] spans = [.. Enumerable.Range(0, sites).Select(_ => random.Next(1, 5))];
        double[] real = [.. Enumerable.Range(0, sites).Select(_ => 1 + random.NextDouble() * (visualTokens - 1)).OrderDescending()];
        var allowance = random.NextInt64(spans.Sum(), (long)spans.Sum() * visualTokens + 1);

        var keeps = Apportionment.Round(real, spans, visualTokens, allowance);

        var used = keeps.Zip(spans, (k, span) => (long)k * span).Sum();
        Assert.True(used <= allowance);
        Assert.All(keeps, k => Assert.InRange(k, 1, visualTokens));
        Assert.Equal(keeps.OrderDescending(), keeps);
        // Counts that last for one layer can always use the allowance up.
        if (spans[0] == 1 && keeps[0] < visualTokens)
            Assert.Equal(allowance, used);
    }

    [Fact]
    public void A_budget_that_whole_numbers_can_meet_is_met()
    {
        Assert.Equal([16], Apportionment.Round([15.7], [6], 144, 96));
        Assert.Equal(96, Apportionment.Round([31.2, 20.9, 14.1, 10.3, 8.2, 8.0], [1, 1, 1, 1, 1, 1], 144, 96).Sum());
        var keeps = Apportionment.Round([20.4, 11.3], [3, 2], 144, 84);
        Assert.Equal(84, 3 * keeps[0] + 2 * keeps[1]);
    }

    [Fact]
    public void Whole_counts_that_meet_the_budget_stay_as_they_are() =>
        Assert.Equal([40, 24, 16, 8, 4, 4], Apportionment.Round([40, 24, 16, 8, 4, 4], [1, 1, 1, 1, 1, 1], 144, 96));
}
