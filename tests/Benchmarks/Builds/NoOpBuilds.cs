using Benchmarks.Report;
using EosMLNet.Evaluation;

namespace Benchmarks.Builds;

/// <summary>Seconds of builds that had nothing to do, in pairs measured one after the other, and what the build step makes of them.</summary>
internal sealed record NoOpBuilds(string Project, IReadOnlyList<double> Without, IReadOnlyList<double> With)
{
    internal double MedianWithout => Statistics.Median(Without);
    internal double MedianWith => Statistics.Median(With);

    /// <summary>Time with the build step over time without.</summary>
    internal PairedRatio Ratio { get; } = PairedRatio.Of([.. With.Zip(Without, (with, without) => with / without)]);
}
