using Benchmarks.Report;

namespace Benchmarks.Tests.Report;

public class WorstFamilyTests
{
    // The unreduced model is worst at counting: what counts is the loss against it.
    private static readonly Dictionary<string, double> Whole = Accuracies(chart: 1, count: 0.5, number: 0.9);

    [Fact]
    public void The_worst_family_is_that_of_the_largest_loss() =>
        Assert.Equal(new WorstFamily("number", -12.35), WorstFamily.Of([Accuracies(chart: 0.9, count: 0.45, number: 0.7765)], Whole));

    [Fact]
    public void Losses_are_averaged_over_seeds_before_they_are_compared()
    {
        // One seed loses most on charts, but the mean over both on the number.
        var seeds = new[] { Accuracies(chart: 0.7, count: 0.5, number: 0.7), Accuracies(chart: 1, count: 0.5, number: 0.7) };
        Assert.Equal(new WorstFamily("chart", -30), WorstFamily.Of(seeds[..1], Whole));
        Assert.Equal(new WorstFamily("number", -20), WorstFamily.Of(seeds, Whole));
    }

    [Fact]
    public void Of_equal_losses_the_first_family_counts() =>
        Assert.Equal(new WorstFamily("chart", -10), WorstFamily.Of([Accuracies(chart: 0.9, count: 0.5, number: 0.8)], Whole));

    [Fact]
    public void A_method_that_loses_nowhere_has_no_worst_family()
    {
        Assert.Equal(new WorstFamily(null, 0), WorstFamily.Of([Whole], Whole));
        Assert.Equal(new WorstFamily(null, 0), WorstFamily.Of([Accuracies(chart: 1, count: 0.6, number: 1)], Whole));
    }

    private static Dictionary<string, double> Accuracies(double chart, double count, double number) =>
        new() { ["chart"] = chart, ["count"] = count, ["number"] = number };
}
