using System.CommandLine;
using System.Diagnostics;
using EosMLNet.Tests;

namespace Benchmarks.Builds;

/// <summary><c>no-op</c>: what the build step adds to a build that has nothing to do, as a ratio of the same project's builds without it.</summary>
internal sealed class NoOpBuildCommand : Command
{
    private readonly Option<string> project = new("--project") { Description = "A project with EosModel items, built before.", DefaultValueFactory = _ => "samples/BuildTime" };
    private readonly Option<int> rounds = new("--rounds") { Description = "Builds of each kind.", DefaultValueFactory = _ => 15 };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    public NoOpBuildCommand()
        : base("no-op", "Times builds that have nothing to do, with the build step and without.")
    {
        Add(project);
        Add(rounds);
        Add(output);
        SetAction(values => Measure(values.GetRequiredValue(project), values.GetValue(rounds), values.GetRequiredValue(output)));
    }

    private static int Measure(string project, int rounds, string folder)
    {
        List<double> without = [], with = [];
        for (var round = 0; round < rounds; round++)
        {
            // Each kind is first in every second pair, so that a machine that gets faster or slower favours neither.
            foreach (var enabled in round % 2 == 0 ? new[] { false, true } : [true, false])
                (enabled ? with : without).Add(Seconds(project, enabled));
            Console.WriteLine(FormattableString.Invariant($"round {round + 1}: {without[^1]:0.000} s without, {with[^1]:0.000} s with"));
        }
        var builds = new NoOpBuilds(project, without, with);
        NoOpReport.Write(builds, folder);
        Console.WriteLine(FormattableString.Invariant($"added: {100 * (builds.Ratio.Median - 1):0.0} % ({100 * (builds.Ratio.Low - 1):0.0} to {100 * (builds.Ratio.High - 1):0.0})"));
        return 0;
    }

    // The first build after a change of kind copies or removes the artifact; the second has nothing to do.
    private static double Seconds(string project, bool enabled)
    {
        Build(project, enabled);
        var clock = Stopwatch.StartNew();
        Build(project, enabled);
        return clock.Elapsed.TotalSeconds;
    }

    private static void Build(string project, bool enabled)
    {
        var start = new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-v:q", "-nologo"]) { RedirectStandardOutput = true };
        start.Environment["EOS_ENABLED"] = enabled ? "true" : "false";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(output);
    }
}
