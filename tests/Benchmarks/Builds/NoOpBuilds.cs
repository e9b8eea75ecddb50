using EosMLNet.Evaluation;

namespace Benchmarks.Builds;

/// <summary>Seconds of builds that had nothing to do, in pairs measured one after the other, and what the build step adds to them.</summary>
internal sealed record NoOpBuilds(string Project, IReadOnlyList<double> Without, IReadOnlyList<double> With)
{
    internal double MedianWithout => Median(Without);
    internal double MedianWith => Median(With);

    /// <summary>The median of the pairs' ratios less one, with its 95% interval: the pairs are drawn with replacement.</summary>
    internal BootstrapInterval Added { get; } = PairedBootstrap.Of([.. Enumerable.Range(0, With.Count)], drawn =>
        Median([.. Enumerable.Range(0, With.Count).SelectMany(pair => Enumerable.Repeat(With[pair] / Without[pair], drawn[pair]))]) - 1);

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
