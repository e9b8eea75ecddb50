using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EosMLNet.Evaluation;

namespace Benchmarks.Speed;

/// <summary>The parts of a site, by BenchmarkDotNet.</summary>
internal static class SiteSpeed
{
    internal const string Group = "site";

    internal static IEnumerable<SpeedRow> Measure(int iterations)
    {
        // In this process: libtorch's loading needs what the program has set up, and a build of its own would need the network.
        var config = ManualConfig.CreateEmpty().AddLogger(NullLogger.Instance).WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"eos-benchmarks-{Environment.ProcessId}"))
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(iterations).WithInvocationCount(16).WithUnrollFactor(16));
        var summary = BenchmarkRunner.Run<SiteBenchmarks>(config);
        var times = summary.Reports.ToDictionary(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, Milliseconds);
        var products = times[nameof(SiteBenchmarks.Products)];
        foreach (var (name, what) in new[]
        {
            (nameof(SiteBenchmarks.Site), "a site on 576 tokens of width 2048, diverse anchors"),
            (nameof(SiteBenchmarks.SiteWithoutDiversity), "the same without diversity"),
            (nameof(SiteBenchmarks.DiverseAnchors), "its choice of diverse anchors"),
        })
        {
            yield return SpeedRow.Of(Group, what, [.. times[name].Zip(products, (time, floor) => time / floor)], "the site's matrix products alone", "",
                FormattableString.Invariant($"{Statistics.Median(times[name]):0.00} ms against {Statistics.Median(products):0.00} ms"));
        }
    }

    private static double[] Milliseconds(BenchmarkReport report) => [.. report.GetResultRuns().Select(run => run.GetAverageTime().Nanoseconds / 1e6)];
}
