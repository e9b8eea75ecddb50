using System.CommandLine;
using System.Diagnostics;

namespace Benchmarks.Builds;

/// <summary><c>no-op</c>: what the build step adds to a build that has nothing to do, as a ratio of the same project's builds without it.</summary>
internal sealed class NoOpBuildCommand : Command
{
    private readonly Option<string> project = new("--project") { Description = "A project with EosModel items, built before.", DefaultValueFactory = _ => "samples/BuildTime" };
    private readonly Option<int> rounds = new("--rounds") { Description = "Builds of each kind.", DefaultValueFactory = _ => 15 };

    public NoOpBuildCommand()
        : base("no-op", "Times builds that have nothing to do, with the build step and without.")
    {
        Add(project);
        Add(rounds);
        SetAction(values => Measure(values.GetRequiredValue(project), values.GetValue(rounds)));
    }

    private static int Measure(string project, int rounds)
    {
        List<double> with = [], without = [];
        for (var round = 0; round < rounds; round++)
        {
            without.Add(Seconds(project, enabled: false));
            with.Add(Seconds(project, enabled: true));
            Console.WriteLine(FormattableString.Invariant($"round {round + 1}: {without[^1]:0.000} s without, {with[^1]:0.000} s with"));
        }
        Console.WriteLine(FormattableString.Invariant(
            $"median of {rounds}: {Median(without):0.000} s without, {Median(with):0.000} s with; ratio {Median(with) / Median(without):0.000}; median of the rounds' ratios {Median([.. with.Zip(without, (a, b) => a / b)]):0.000}"));
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

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
