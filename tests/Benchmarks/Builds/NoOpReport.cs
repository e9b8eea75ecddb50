using Benchmarks.Report;

namespace Benchmarks.Builds;

/// <summary>The page and the numbers of <see cref="NoOpBuilds"/>: <c>no-op.md</c> and <c>no-op.json</c>.</summary>
internal static class NoOpReport
{
    internal static void Write(NoOpBuilds builds, string folder)
    {
        ResultFile.Save(Path.Combine(folder, "no-op.json"), Numbers(builds));
        AtomicFile.WriteText(Path.Combine(folder, "no-op.md"), Page(builds));
    }

    private static object Numbers(NoOpBuilds builds) => new
    {
        date = DateOnly.FromDateTime(DateTime.Today),
        hardware = Hardware.Describe(),
        builds.Project,
        secondsWithout = builds.Without.Select(seconds => Math.Round(seconds, 3)),
        secondsWith = builds.With.Select(seconds => Math.Round(seconds, 3)),
        added = new { share = Math.Round(builds.Ratio.Median - 1, 4), low = Math.Round(builds.Ratio.Low - 1, 4), high = Math.Round(builds.Ratio.High - 1, 4) },
    };

    private static string Page(NoOpBuilds builds) => FormattableString.Invariant($"""
        # A build that has nothing to do: what the build step adds

        Written by `dotnet run --project tests/Benchmarks -c Release -- no-op` on {DateTime.Today:d MMMM yyyy}: {Hardware.Describe()}.
        The numbers are in `no-op.json` beside this page.

        `dotnet build {builds.Project} -c Release` was run {builds.With.Count} times with the build step and {builds.Without.Count} times without (`EOS_ENABLED=false`), in turns, each time after a build of the same kind, so that
        nothing was left to do. The times are those of the whole command.

        | | median seconds |
        |---|---:|
        | without the build step | {builds.MedianWithout:0.000} |
        | with it | {builds.MedianWith:0.000} |
        | added, median of the pairs (95% interval) | {100 * (builds.Ratio.Median - 1):+0.0;-0.0;0.0} % ({100 * (builds.Ratio.Low - 1):+0.0;-0.0;0.0} to {100 * (builds.Ratio.High - 1):+0.0;-0.0;0.0}) |

        """).ReplaceLineEndings("\n");
}
