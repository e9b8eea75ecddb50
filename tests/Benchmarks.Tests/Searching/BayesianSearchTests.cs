using Benchmarks.Searching;

namespace Benchmarks.Tests.Searching;

public sealed class BayesianSearchTests
{
    private const int Evaluations = 40, Seeds = 8;

    private static readonly double[] Top = [0.31, 0.72, 0.55];

    [Fact]
    public void It_finds_the_top_of_a_hill_better_than_random_draws_do()
    {
        double bayesian = Missed(BayesianSearch.Maximise), random = Missed(RandomSearch.Maximise);
        Assert.True(bayesian < 0.02, $"{bayesian} below the top on average");
        Assert.True(bayesian < random / 3, $"{bayesian} below the top on average, random draws {random}");
    }

    [Fact]
    public void It_finds_the_top_in_spite_of_noise()
    {
        var noise = new Random(3);
        var (point, _) = BayesianSearch.Maximise(3, 60, seed: 1, x => Hill(x) + 0.03 * (2 * noise.NextDouble() - 1));
        Assert.True(Hill(point) > 0.9, $"{Hill(point)}");
    }

    [Fact]
    public void It_asks_as_often_as_it_may_and_returns_the_best_of_what_it_asked_for()
    {
        var values = new List<double>();
        var (point, value) = BayesianSearch.Maximise(3, 20, seed: 5, x =>
        {
            Assert.All(x, number => Assert.InRange(number, 0, 1));
            values.Add(Hill(x));
            return values[^1];
        });
        Assert.Equal(20, values.Count);
        Assert.Equal(values.Max(), value);
        Assert.Equal(value, Hill(point));
    }

    [Fact]
    public void The_same_seed_asks_for_the_same_points()
    {
        var (first, _) = BayesianSearch.Maximise(3, 15, seed: 2, Hill);
        var (second, _) = BayesianSearch.Maximise(3, 15, seed: 2, Hill);
        Assert.Equal(first, second);
    }

    private static double Missed(BoxSearch search) => Enumerable.Range(1, Seeds).Average(seed => 1 - search(3, Evaluations, seed, Hill).Value);

    // Highest, 1, at the top.
    private static double Hill(double[] x) => Math.Exp(-x.Zip(Top, (a, b) => (a - b) * (a - b)).Sum() / 0.18);
}
