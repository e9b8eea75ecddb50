using EosMLNet.Evaluation;

namespace Benchmarks.Report;

/// <summary>The median of ratios, each of two times measured one after the other, with its 95% interval: the pairs are drawn with replacement.</summary>
internal sealed record PairedRatio(double Median, double Low, double High)
{
    internal static PairedRatio Of(IReadOnlyList<double> ratios)
    {
        var interval = PairedBootstrap.Of([.. Enumerable.Range(0, ratios.Count)], drawn => Statistics.Median([.. ratios.SelectMany((ratio, pair) => Enumerable.Repeat(ratio, drawn[pair]))]));
        return new PairedRatio(interval.Difference, interval.Low, interval.High);
    }
}
