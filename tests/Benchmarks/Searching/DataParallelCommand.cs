using System.CommandLine;
using Benchmarks.Quality;
using EosMLNet.Evaluation;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tests;
using static TorchSharp.torch;

namespace Benchmarks.Searching;

/// <summary>
/// What several workers would make of a step of a search, each with a part of its rows: the parts are run one after another and timed, the exchange of their gradients is computed from a network's
/// latency and bandwidth (build/docs/adr/0016-data-parallel-search.md).
/// </summary>
internal sealed class DataParallelCommand : Command
{
    private static readonly (string Name, double Latency, double BytesPerSecond)[] Networks =
        [("NVLink", 10e-6, 200e9), ("PCIe 4", 20e-6, 20e9), ("100 Gbit/s", 30e-6, 10e9), ("10 Gbit/s Ethernet", 100e-6, 1e9)];

    private readonly Option<double> tokens = new("--mean-visual-tokens") { DefaultValueFactory = _ => 16, HelpName = "N", Description = "The search's limit." };
    private readonly Option<int> rounds = new("--rounds") { DefaultValueFactory = _ => 9, HelpName = "N", Description = "How often each part is timed; the median counts." };

    internal DataParallelCommand()
        : base("data-parallel", "How much faster a search's step would be on 1 to 8 workers.")
    {
        Add(tokens);
        Add(rounds);
        SetAction(Run);
    }

    private void Run(ParseResult values)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1); // one core is one worker
        using var bench = new Workbench(Repository.At("tests", "Benchmarks", "out"), QualitySettings.Quick, QualityModel.All[0]);
        var settings = new SearchSettings { Constraints = new() { MeanVisualTokens = values.GetValue(tokens) } };
        var model = bench.Model;
        using var data = SearchData.Of(model, model.Processor!, bench.Data.Search, [.. bench.Data.Search.Examples.Select(row => row.Family).Distinct()], settings, default);
        using var basis = ScoreBasis.Of(model, data, data.Rows, settings.RelevanceRank, model.DataType);
        using var state = new SearchState(new SearchVariables(model, settings, basis), settings, null);
        var stage = SearchStage.Of([settings.Constraints], settings, model.ToPlanModel())[0];
        var rows = new SearchRandom(settings.Seed).Batch(data.Rows, settings.Sequences, 1);

        Gradient(settings, rows); // what is made once
        var update = Median(values.GetValue(rounds), () => Update(state, stage));
        var whole = Gradient(settings, rows);
        var size = whole.Sum(x => x.Length) * sizeof(float);
        Console.WriteLine(FormattableString.Invariant($"{size} bytes of gradients; the update, which every worker makes, {update * 1e3:0.0} ms"));
        Console.WriteLine($"workers  largest part, ms  largest difference  speed-up: {string.Join(", ", Networks.Select(network => network.Name))}");
        double alone = 0;
        for (var workers = 1; workers <= 8; workers++)
        {
            // Rows differ in length; the step takes as long as its slowest part.
            var parts = rows.Chunk((rows.Length + workers - 1) / workers).ToArray();
            var slowest = parts.Max(part => Median(values.GetValue(rounds), () => Gradient(settings, part)));
            alone = workers == 1 ? slowest + update : alone;
            var pieces = Gradient(settings with { MicroBatch = parts[0].Length }, rows);
            var difference = whole.Zip(pieces).Max(x => x.First.Zip(x.Second).Max(y => Math.Abs(y.First - y.Second)) / x.First.Max(y => Math.Abs(y) + 1e-30));
            // A ring: each worker sends its share 2 (K − 1) times.
            var speeds = Networks.Select(network => alone / (slowest + update + 2 * (parts.Length - 1) * (network.Latency + size / (double)parts.Length / network.BytesPerSecond)));
            Console.WriteLine(FormattableString.Invariant($"{workers}  {slowest * 1e3:0.0}  {difference:0.0e0}  {string.Join(", ", speeds.Select(speed => speed.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)))}"));
        }

        IReadOnlyList<double[]> Gradient(SearchSettings ways, IReadOnlyList<PackedRow> some)
        {
            using var scope = NewDisposeScope();
            state.ZeroGrad();
            var sites = state.Variables.Sites();
            new StepGradient(model, new SearchForward(model), ways, null).Backward(some, data.Images, sites, stage.TemperatureAt(1), [.. state.Variables.Budget.Constraints.Zip(state.Multipliers.Values)], null);
            return [.. state.Variables.ScoreParameters.Concat(state.Variables.CountParameters).Concat(state.Variables.SiteParameters).Select(x => x.grad!.Numbers())];
        }
    }

    // All of a step but its gradient, without moving anything for good.
    private static void Update(SearchState state, SearchStage stage)
    {
        using var scope = NewDisposeScope();
        var variables = state.Variables;
        var before = variables.Values();
        variables.Limit(stage.Limits(1));
        var counts = variables.Counts();
        state.Multipliers.Update(variables.CountGradient(), [.. variables.Budget.Constraints.Select(variables.CountGradient)], [.. variables.Budget.Constraints.Select(c => c.Excess(counts))]);
        state.Move(stage);
        variables.MeetBudget();
        variables.Restore(before);
    }

    // Processor time: other programs do not change it.
    private static double Median(int rounds, Action work) => Statistics.Median(Enumerable.Range(0, rounds).Select(_ =>
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }));
}
