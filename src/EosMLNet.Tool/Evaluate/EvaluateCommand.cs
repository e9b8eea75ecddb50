using System.CommandLine;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Evaluate;

/// <summary>
/// <c>eos evaluate</c>: how well a model answers a table of questions or published benchmarks, unreduced and under any number of plans.
/// </summary>
internal sealed class EvaluateCommand : ModelCommand
{
    private const string Unreduced = "unreduced";
    private readonly Option<string[]> plans = new("--plan")
    {
        HelpName = CommonOptions.PlanHelp,
        Description = $"A plan to compare with the unreduced model; may be given several times: {CommonOptions.PlanForms}",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> benchmarks = CommonOptions.Optional("--benchmark", "NAMES",
        $"Benchmarks instead of a table: some of {string.Join(", ", BenchmarkCatalog.Names)} between commas, or all.");
    private readonly Option<string> data = CommonOptions.Required("--data", "PATH",
        "The table of questions and answers: tab-separated, with a header that names ImagePath, Question, Answer and, if wanted, Family. " +
        "With one benchmark, the folder with its published files; with several or all, the folder of their folders.");
    private readonly Option<string?> images = CommonOptions.Optional("--images", "DIR", "Folder that the table's image paths start from.");
    private readonly Option<int?> limit =
        new("--limit") { HelpName = "N", Description = "Answer only the first N rows of the table. Default: all." };
    private readonly Option<int?> maxNewTokens = new("--max-new-tokens")
    {
        HelpName = "N",
        Description = "The longest answer, in tokens. Default: 8 for a table, what the metric needs for a benchmark.",
    };
    private readonly Option<int> batchSize = CommonOptions.BatchSize(64, "Questions that are answered at once.");
    private readonly Option<string?> predictions = CommonOptions.Optional("--predictions", "FILE",
        "Write each answer to this tab-separated file: Benchmark, Plan, ImagePath, Question, Answer, Family, PredictedAnswer, Score (the " +
        "mean probability of the answer's tokens, as in ML.NET) and Correct (what the metric makes of it, 0 to 1).");

    private readonly Option<ImagePadding?> imagePadding = CommonOptions.ImagePadding("as the plans were searched; square without plans.");

    public EvaluateCommand(EosConsole console)
        : base("evaluate",
            "Answers questions about images, unreduced and under plans, and compares with the expected answers and with each other.",
            console)
    {
        plans.CompletionSources.Add(PlanChoice.Completions);
        benchmarks.CompletionSources.Add([.. BenchmarkCatalog.Names, "all"]);
        AddOptions([plans, benchmarks, data, images, limit, maxNewTokens, batchSize, imagePadding, predictions, .. Prompts.All]);
    }

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var (atOnce, longest) = (values.AtLeast(batchSize, 1), values.AtLeast(maxNewTokens, 1));
        var questions = LoadQuestions(values);
        var planned = PlanChoice.Of(values.GetValue(plans) ?? []);
        // Published benchmarks were padded also by versions that did not record it.
        var isTable = values.GetValue(benchmarks) is null;
        var padding =
            PaddingChoice.Of(values.GetValue(imagePadding), [.. planned.Where(plan => plan.Choice.Loaded is { } loaded
                && (isTable || loaded.ImagePadding is not null)).Select(plan => (plan.Name, plan.Choice.Loaded!))]);
        if (values.GetValue(predictions) is { } target)
            AtomicFile.CheckWritable(target);
        using var model = LoadModel(values, padding: padding.Padding);
        foreach (var remark in padding.Remarks)
            Console.Line($"{remark}");
        (string Name, ReducedModel Model)[] reduced =
            [(Unreduced, Reduce(model, null)), .. planned.Select(plan => (plan.Name, Reduce(model, plan.Choice)))];
        var reports = new List<(Benchmark Benchmark, BenchmarkReport Report)>();
        foreach (var benchmark in questions)
        {
            using var images = benchmark.CreateCache(model);
            var results = reduced.Select(plan => (plan.Name, Evaluate(plan, benchmark, images))).ToArray();
            reports.Add((benchmark, Console.While($"Comparing {benchmark.Name}", () => BenchmarkReport.Of(benchmark, results))));
            Console.Print(reports[^1].Report);
            RemarkOnSpeed(reports[^1].Report, [.. reduced.Select(plan => plan.Model)], atOnce);
        }
        if (reports.Count > 1)
            Console.PrintAll([.. reports.Select(r => r.Report)]);
        Console.PrintLedgers([.. reduced.Select(plan => (plan.Name, plan.Model.Plan.Ledger))]);
        if (values.GetValue(predictions) is { } file)
            PredictionsFile.Write(file, reports);
        return new { ImagePadding = padding.Padding, Benchmarks = reports.Select(r => r.Report) };

        BenchmarkResult Evaluate((string Name, ReducedModel Model) plan, Benchmark benchmark, ImageCache images) =>
            Console.Progress($"Answering {benchmark.Name}, {plan.Name}", display =>
            {
                Report(0);
                return Evaluator.Evaluate(plan.Model, benchmark, atOnce, longest, images, new InlineProgress<int>(Report), cancellation);

                void Report(int done) =>
                    display.Report(ProgressNote.Counted(done, benchmark.Questions.Count, "questions", display.Elapsed));
            });
    }

    // Only where a plan is slower: the unreduced model, which comes first, encodes the images for all of them, so that its time proves no
    // gain.
    private void RemarkOnSpeed(BenchmarkReport report, IReadOnlyList<ReducedModel> models, int rows)
    {
        foreach (var (i, plan) in report.Plans.Index())
        {
            var (spent, unreduced) = (plan.MillisecondsPerAnswer, report.Plans[0].MillisecondsPerAnswer);
            var isCpu = models[i].Model.Device.type == TorchSharp.DeviceType.CPU;
            if (spent > unreduced)
                Console.Line($"{plan.Plan}: {SpeedRemark.For(models[i].Plan, spent, unreduced, isCpu, rows)}");
        }
    }

    private IReadOnlyList<Benchmark> LoadQuestions(ParseResult values)
    {
        var (path, folder, rows) = (values.GetRequiredValue(data), values.GetValue(images), values.AtLeast(limit, 1));
        if (values.GetValue(benchmarks) is not { } names)
        {
            if (folder is null)
                throw new EosException(EosErrors.InvalidOption,
                    "--images is missing. A table of questions needs the folder that its image paths start from; published benchmarks " +
                    "are named with --benchmark.");
            return [TableBenchmark.Of(Path.GetFileName(path), Console.LoadData(path, folder, Sampling(values)).Take(rows ?? int.MaxValue))];
        }
        if (folder is not null || rows is not null)
            throw new EosException(EosErrors.InvalidOption,
                "--images and --limit are for tables of questions; a benchmark is evaluated whole, from its own folder. Leave them out.");
        return [.. Named(names, path).Select(named =>
        {
            var benchmark = Console.While($"Reading {named.Name}", () => BenchmarkCatalog.Load(named.Name, named.Folder));
            Console.Line(
                $"Data {named.Folder}: {benchmark.Name}, {benchmark.Questions.Count} questions about {benchmark.Images.Count} images");
            return benchmark;
        })];
    }

    private static IEnumerable<(string Name, string Folder)> Named(string names, string path)
    {
        if (names != "all")
        {
            var list = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
            return list.Length == 1 ? [(list[0], path)] : list.Select(name => (name, Path.Combine(path, name)));
        }
        var present =
            BenchmarkCatalog.Names.Select(name => (name, Path.Combine(path, name))).Where(named => Directory.Exists(named.Item2)).ToArray();
        return present.Length > 0 ? present
            : throw new EosException(EosErrors.FileMissing,
                $"'{path}' has no folder of a benchmark; expected some of {string.Join(", ", BenchmarkCatalog.Names)} in it.");
    }
}
