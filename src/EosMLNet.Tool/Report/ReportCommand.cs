using System.CommandLine;
using System.Globalization;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Evaluate;
using EosMLNet.Tool.Inspect;
using EosMLNet.Tool.Report.Contents;
using EosMLNet.Tool.Report.Page;

namespace EosMLNet.Tool.Report;

/// <summary><c>eos report</c>: what a plan does to a model, measured on a table of questions, as one HTML file that needs no network.</summary>
internal sealed class ReportCommand : ModelCommand
{
    private const string Unreduced = "unreduced";
    private const long Megabyte = 1 << 20;

    private readonly Option<string[]> plans = new("--plan")
    {
        HelpName = "FILE",
        Required = true,
        Description = "The plan that the report is about, or the saved ML.NET model that holds it. Further plans, of other budgets say, " +
            "stand beside it.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<string> images = CommonOptions.Images();
    private readonly Option<string> output = CommonOptions.Default("--output", "FILE", "report.html", "The HTML file to write.");
    private readonly Option<string> presets = CommonOptions.Default("--presets", "NAMES", ReportPresets.Default,
        $"Hand-made methods to compare with, at the plan's own budget: {ReportPresets.All}, {ReportPresets.None}, or some of " +
        $"{ReportPresets.Names} between commas.");
    private readonly Option<int> questions = CommonOptions.Default("--questions", "N", 1000,
        "Ask about this many of the table's questions, those of whole pictures, drawn alike each time. 0 for all.");
    private readonly Option<int> cases =
        CommonOptions.Default("--cases", "N", 12, "Show at most N of the questions that the plan loses, and as many that it wins.");
    private readonly Option<int> pictures =
        CommonOptions.Default("--pictures", "N", 8, "Show the tokens on N further pictures, spread over the table.");
    private readonly Option<int> size = CommonOptions.Default("--max-picture-mb", "N", 8,
        "The most megabytes that all pictures may take in the file. Those that have no room are left out, which the report says.");
    private readonly ReportLatencyOptions latency = new();
    private readonly Option<string?> search = CommonOptions.Optional("--search", "FILE",
        "What `eos search --json FILE` has written: the report then has the search's curve.");
    private readonly Option<int> maxNewTokens = CommonOptions.Default("--max-new-tokens", "N", 8, "The longest answer, in tokens.");
    private readonly Option<int> batchSize = CommonOptions.BatchSize(64, "Questions that are answered at once.");
    private readonly Option<ImagePadding?> imagePadding = CommonOptions.ImagePadding("as the plans were searched.");

    public ReportCommand(EosConsole console)
        : base("report",
            "Writes one HTML file that shows what a plan does: accuracy against cost, tokens layer by layer, and on pictures.", console) =>
        AddOptions([plans, data, images, output, presets, questions, cases, pictures, size, .. latency.All, search, maxNewTokens, batchSize,
            imagePadding, .. Prompts.All]);

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var (file, names) = (values.GetRequiredValue(output), values.GetRequiredValue(presets));
        var (atOnce, longest) = (values.AtLeast(batchSize, 1), values.AtLeast(maxNewTokens, 1));
        var (most, shown, further) = (values.AtLeast(questions, 0), values.AtLeast(cases, 0), values.AtLeast(pictures, 0));
        var bytes = values.AtLeast(size, 0) * Megabyte;
        ReportPresets.Check(names);
        var known = latency.Check(values);
        var losses = values.GetValue(search) is { } searched ? SearchCurve.Read(searched) : [];
        OutputFile.CheckWritable(file);
        var planned = values.GetRequiredValue(plans).Distinct()
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Plan: LoadPlan(path))).ToArray();
        var table = LoadData(values.GetRequiredValue(data), values.GetRequiredValue(images), Sampling(values));
        var asked = Sample(table, most);
        var padding = PaddingChoice.Of(values.GetValue(imagePadding), [.. planned]);
        using var model = LoadModel(values, padding: padding.Padding);
        foreach (var remark in padding.Remarks)
            Console.Line($"{remark}");
        var (handMade, leftOut) = ReportPresets.Of(names, model.ToPlanModel(), planned[0].Plan.Ledger.Mean);
        (string Name, MethodKind Kind, ReductionPlan Plan)[] methods =
        [
            (Unreduced, MethodKind.Unreduced, ReductionPlan.Identity(model.ToPlanModel())),
            .. planned.Select((plan, i) => (plan.Name, i == 0 ? MethodKind.Plan : MethodKind.OtherPlan, plan.Plan)),
            .. handMade.Select(preset => (preset.Name, MethodKind.Preset, preset.Plan)),
        ];
        var reduced = methods.Select(method => new ReducedModel(model, method.Plan)).ToArray();
        try
        {
            var benchmark = TableBenchmark.Of(Path.GetFileName(values.GetRequiredValue(data)), asked);
            var results = Answer(methods, reduced, benchmark, model, atOnce, longest, cancellation);
            var measured = Console.While("Comparing", () => Compare(benchmark, methods, results));
            var times = latency.Measure(values, known, reduced[0], reduced[1], asked, Console, cancellation);
            var answers = (measured[1].Result, measured[0].Result);
            var seen = CaseFinder.Find(reduced[1], asked, answers, shown, further, bytes, Console, cancellation);
            var report = new ReportData
            {
                Plan = planned[0].Name,
                Model = NameOf(values.GetRequiredValue(ModelFolder)),
                Rows = table.Examples.Count,
                Questions = asked.Examples.Count,
                Images = asked.Images.Count,
                Methods = measured,
                Metric = benchmark.Metric,
                TooLong = results[0].TooLong,
                LeftOut = leftOut,
                Latency = times,
                NoLatency = times is not null ? null : planned[0].Plan.ActsInEncoder
                    ? "Not measured: the plan acts in the vision encoder, whose time prefill does not contain."
                    : "Not measured: --latency-rounds was 0.",
                Losses = losses,
                Lost = seen.Lost.Total,
                Won = seen.Won.Total,
                Facts = [.. Facts(values, planned[0].Plan, table, asked, model, padding.Padding)],
            };
            Write(report, planned[0].Plan, seen, file);
            return report;
        }
        finally
        {
            Array.ForEach(reduced, one => one.Dispose());
        }
    }

    private void Write(ReportData report, ReductionPlan plan, ReportCases cases, string file)
    {
        var length = Console.While("Writing the page", () =>
        {
            var page = ReportPage.Write(report, plan, cases, DateTimeOffset.UtcNow);
            AtomicFile.WriteText(file, page);
            return page.Length;
        });
        Print(report, file, length);
    }

    private static ReductionPlan LoadPlan(string path) =>
        File.Exists(path) && SavedModelPlan.IsZip(path) ? SavedModelPlan.Read(path) : ReductionPlan.Load(path);

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

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
        VisionLanguageModel model, int atOnce, int longest, CancellationToken cancellation)
    {
        using var cache = benchmark.CreateCache(model);
        return Console.Progress($"Answering {benchmark.Name}", display =>
        {
            var (each, before) = (benchmark.Questions.Count, 0);
            return reduced.Select((method, i) =>
            {
                Report(0);
                var told = new InlineProgress<int>(Report);
                var result = Evaluator.Evaluate(method, benchmark, atOnce, longest, cache, told, cancellation);
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

    private IEnumerable<ReportFact> Facts(
        ParseResult values, ReductionPlan plan, VqaDataset table, VqaDataset asked, VisionLanguageModel model, ImagePadding padding)
    {
        var culture = CultureInfo.InvariantCulture;
        yield return new("EosMLNet", typeof(ReducedModel).Assembly.GetName().Version!.ToString(3));
        yield return new("Model", $"{NameOf(values.GetRequiredValue(ModelFolder))}: " +
            $"{model.Family}, {model.LayerCount} layers, {model.VisualTokens} visual tokens");
        yield return new("Model's weights", model.ToPlanModel().Fingerprint);
        yield return new("Computed in", $"{model.Form} on {model.ToLatencyTarget().Device}");
        if (plan.ParametersFingerprint is { } learned)
            yield return new("Plan's learned parameters", learned);
        if (plan.Provenance is { } from)
        {
            yield return new("Plan was searched by", string.Create(culture,
                $"EosMLNet {from.Tool} on {from.Device}{(from.DataType is { } type ? $" in {type}" : "")}, seed {from.Seed}, {from.Samples} samples"));
            yield return new("Plan was searched on", from.Data);
        }
        yield return new("Questions", $"{Path.GetFileName(values.GetRequiredValue(data))}: {table.Examples.Count} questions about " +
            $"{table.Images.Count} pictures" + (asked == table ? "" : $"; asked were {asked.Examples.Count} about {asked.Images.Count}"));
        yield return new("Questions that were asked", asked.Fingerprint);
        yield return new("Longest answer", $"{values.GetValue(maxNewTokens)} tokens");
        if (model.Processor!.Images.Padding is not null)
            yield return new("Pictures that are not square", padding == ImagePadding.Square ? "padded to a square" : "cropped to a square");
    }

    private void Print(ReportData report, string file, int length)
    {
        foreach (var method in report.Methods)
        {
            var (value, low, high) = (method.Interval.Difference, method.Interval.Low, method.Interval.High);
            var (name, mean) = (method.Name, method.Result.Ledger.Mean);
            Console.Line($"{name}: {value:0.00} ({low:0.00} to {high:0.00}), {mean:0.#} visual tokens a layer");
        }
        foreach (var left in report.LeftOut)
            Console.Line($"Left out: {left}");
        Console.Line($"Report written to {file}: {(double)length / Megabyte:0.0} MB, opens in any browser.");
    }
}
