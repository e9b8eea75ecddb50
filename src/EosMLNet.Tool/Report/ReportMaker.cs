using System.Globalization;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Evaluate;
using EosMLNet.Tool.Report.Contents;
using EosMLNet.Tool.Report.Page;

namespace EosMLNet.Tool.Report;

/// <summary>Measures plans on questions and writes the page: for the command, and for builds.</summary>
/// <param name="model">The model as it answers.</param>
/// <param name="settings">What is wanted.</param>
/// <param name="console">Shows progress.</param>
internal sealed class ReportMaker(VisionLanguageModel model, ReportSettings settings, EosConsole console)
{
    private const string Unreduced = "unreduced";

    private ReductionPlan Own => settings.Plans[0].Plan;

    /// <summary>Measures, and writes the page as a whole or not at all.</summary>
    /// <param name="table">The questions.</param>
    /// <param name="file">The page.</param>
    /// <param name="cancellation">Looked at before each token.</param>
    /// <returns>What the page says.</returns>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS2003: the file cannot be written. EOS4002: a plan or the
    /// latency table is of another model.</exception>
    internal ReportData Make(VqaDataset table, string file, CancellationToken cancellation)
    {
        var asked = Sample(table, settings.Questions);
        var (handMade, leftOut) = ReportPresets.Of(settings.Presets, model.ToPlanModel(), Own.Ledger.Mean);
        (string Name, MethodKind Kind, ReductionPlan Plan)[] methods =
        [
            (Unreduced, MethodKind.Unreduced, ReductionPlan.Identity(model.ToPlanModel())),
            .. settings.Plans.Select((plan, i) => (plan.Name, i == 0 ? MethodKind.Plan : MethodKind.OtherPlan, plan.Plan)),
            .. handMade.Select(preset => (preset.Name, MethodKind.Preset, preset.Plan)),
        ];
        var reduced = methods.Select(method => new ReducedModel(model, method.Plan)).ToArray();
        try
        {
            var benchmark = TableBenchmark.Of(settings.Table, asked);
            var results = Answer(methods, reduced, benchmark, cancellation);
            var measured = console.While("Comparing", () => Compare(benchmark, methods, results));
            var times = ReportTimer.Measure(settings, reduced[0], reduced[1], asked, console, cancellation);
            var answers = (measured[1].Result, measured[0].Result);
            var seen = CaseFinder.Find(reduced[1], asked, answers, settings, console, cancellation);
            var report = new ReportData
            {
                Plan = settings.Plans[0].Name,
                Model = settings.Model,
                Rows = table.Examples.Count,
                Questions = asked.Examples.Count,
                Images = asked.Images.Count,
                Methods = measured,
                Metric = benchmark.Metric,
                TooLong = results[0].TooLong,
                LeftOut = leftOut,
                Latency = times,
                NoLatency = times is not null ? null : Own.ActsInEncoder
                    ? "Not measured: the plan acts in the vision encoder, whose time prefill does not contain."
                    : "Not measured: --latency-rounds was 0.",
                Losses = settings.Losses,
                Lost = seen.Lost.Total,
                Won = seen.Won.Total,
                Facts = [.. Facts(table, asked)],
            };
            console.While("Writing the page", () => AtomicFile.WriteText(file, ReportPage.Write(report, Own, seen, DateTimeOffset.UtcNow)));
            return report;
        }
        finally
        {
            Array.ForEach(reduced, one => one.Dispose());
        }
    }

    // Whole pictures, so that intervals, which draw pictures, mean the same.
    private static VqaDataset Sample(VqaDataset table, int most)
    {
        if (most == 0 || table.Examples.Count <= most)
            return table;
        return table.Images.Count < 2 ? table.Take(most) : table.SplitByImage((double)most / table.Examples.Count, seed: 1).First;
    }

    // One progress over all of them: what is left is what the report takes.
    private BenchmarkResult[] Answer(
        (string Name, MethodKind Kind, ReductionPlan Plan)[] methods, ReducedModel[] reduced, Benchmark benchmark,
        CancellationToken cancellation)
    {
        using var cache = benchmark.CreateCache(model);
        return console.Progress($"Answering {benchmark.Name}", display =>
        {
            var (each, before) = (benchmark.Questions.Count, 0);
            return reduced.Select((method, i) =>
            {
                Report(0);
                var told = new InlineProgress<int>(Report);
                var result = Evaluator.Evaluate(method, benchmark, settings.BatchSize, settings.MaxNewTokens, cache, told,
                    cancellation);
                before += each;
                return result;

                void Report(int done) => display.Report(ProgressNote.Even((double)(before + done) / (each * reduced.Length),
                    $"{methods[i].Name}, {done} of {each} questions", display.Elapsed));
            }).ToArray();
        });
    }

    private static ReportMethod[] Compare(
        Benchmark benchmark, (string Name, MethodKind Kind, ReductionPlan Plan)[] methods, BenchmarkResult[] results) =>
        [.. methods.Zip(results, (method, result) =>
        {
            var report = BenchmarkReport.Of(benchmark, result == results[0] ? [(method.Name, result)]
                : [(Unreduced, results[0]), (method.Name, result)]);
            return new ReportMethod(method.Name, method.Kind, report.Plans[^1], PairedBootstrap.Value(benchmark, result),
                report.Differences.FirstOrDefault());
        })];

    private IEnumerable<ReportFact> Facts(VqaDataset table, VqaDataset asked)
    {
        var (culture, plan) = (CultureInfo.InvariantCulture, Own);
        yield return new("EosMLNet", typeof(ReducedModel).Assembly.GetName().Version!.ToString(3));
        yield return new("Model", $"{settings.Model}: " +
            $"{model.Family}, {model.LayerCount} layers, {model.VisualTokens} visual tokens");
        yield return new("Model's weights", model.ToPlanModel().Fingerprint);
        yield return new("Computed in", $"{model.Form} on {model.ToLatencyTarget().Device}");
        if (plan.ParametersFingerprint is { } learned)
            yield return new("Plan's learned parameters", learned);
        if (plan.Provenance is { } from)
        {
            yield return new("Plan was searched by", string.Create(culture,
                $"EosMLNet {from.Tool} on {from.Device}{(from.DataType is { } type ? $" in {type}" : "")}, seed {from.Seed}, ") +
                $"{from.Samples} samples");
            yield return new("Plan was searched on", from.Data);
        }
        yield return new("Questions", $"{settings.Table}: {table.Examples.Count} questions about " +
            $"{table.Images.Count} pictures" + (asked == table ? "" : $"; asked were {asked.Examples.Count} about {asked.Images.Count}"));
        yield return new("Questions that were asked", asked.Fingerprint);
        yield return new("Longest answer", $"{settings.MaxNewTokens} tokens");
        if (model.Processor!.Images.Padding is { } padding)
            yield return new("Pictures that are not square", padding == ImagePadding.Square ? "padded to a square" : "cropped to a square");
    }
}
