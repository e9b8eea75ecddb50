using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Report;

/// <summary>
/// <c>eos report</c>: what a plan does to a model, measured on a table of questions, as one HTML file that needs no network.
/// </summary>
internal sealed class ReportCommand : ModelCommand
{
    private const long Megabyte = 1 << 20;
    private static readonly ReportSettings Defaults = new() { Model = "", Table = "", Plans = [] };

    private readonly Option<string[]> plans = new("--plan")
    {
        HelpName = CommonOptions.PlanHelp,
        Required = true,
        Description = $"The plan that the report is about: {CommonOptions.PlanForms} Further plans, of other budgets say, stand beside it.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<string> images = CommonOptions.Images();
    private readonly Option<string> output = CommonOptions.Default("--output", "FILE", "report.html", "The HTML file to write.");
    private readonly Option<string> presets = CommonOptions.Default("--presets", "NAMES", Defaults.Presets,
        $"Hand-made methods to compare with, at the plan's own budget: {ReportPresets.All}, {ReportPresets.None}, or some of " +
        $"{ReportPresets.Names} between commas.");
    private readonly Option<int> questions = CommonOptions.Default("--questions", "N", Defaults.Questions,
        "Ask about this many of the table's questions, those of whole pictures, drawn alike each time. 0 for all.");
    private readonly Option<int> cases = CommonOptions.Default("--cases", "N", Defaults.Cases,
        "Show at most N of the questions that the plan loses, and as many that it wins.");
    private readonly Option<int> pictures =
        CommonOptions.Default("--pictures", "N", Defaults.Pictures, "Show the tokens on N further pictures, spread over the table.");
    private readonly Option<int> size = CommonOptions.Default("--max-picture-mb", "N", (int)(Defaults.PictureBytes / Megabyte),
        "The most megabytes that all pictures may take in the file. Those that have no room are left out, which the report says.");
    private readonly Option<string?> latencyTable = CommonOptions.Optional("--latency-table", "FILE",
        "What `eos search --calibrate` has measured on this device: the report then has predicted times beside measured ones.");
    private readonly Option<int> rounds = CommonOptions.Default("--latency-rounds", "N", Defaults.LatencyRounds,
        $"How often prefill is timed for each of {ReportTimer.Questions} questions, in turns with the unreduced model. 0 for not at all.");
    private readonly Option<string?> search = CommonOptions.Optional("--search", "FILE",
        "What `eos search --json FILE` has written: the report then has the search's curve.");
    private readonly Option<int> maxNewTokens = CommonOptions.Default("--max-new-tokens", "N", Defaults.MaxNewTokens,
        "The longest answer, in tokens.");
    private readonly Option<int> batchSize = CommonOptions.BatchSize(Defaults.BatchSize, "Questions that are answered at once.");
    private readonly Option<ImagePadding?> imagePadding = CommonOptions.ImagePadding("as the plans were searched.");

    public ReportCommand(EosConsole console)
        : base("report",
            "Writes one HTML file that shows what a plan does: accuracy against cost, tokens layer by layer, and on pictures.", console)
    {
        AddOptions([plans, data, images, output, presets, questions, cases, pictures, size, latencyTable, rounds, search, maxNewTokens,
            batchSize, imagePadding, .. Prompts.All]);
        plans.CompletionSources.Add(PlanChoice.Completions);
    }

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var file = values.GetRequiredValue(output);
        var wanted = Wanted(values);
        AtomicFile.CheckWritable(file);
        var folder = values.GetRequiredValue(images);
        var table = Console.LoadData(values.GetRequiredValue(data), folder, Sampling(values));
        var padding = PaddingChoice.Of(values.GetValue(imagePadding), wanted.Plans);
        using var model = LoadModel(values, padding: padding.Padding);
        foreach (var remark in padding.Remarks)
            Console.Line($"{remark}");
        var report = new ReportMaker(model, wanted, Console).Make(table, file, cancellation);
        foreach (var method in report.Methods)
        {
            var (value, low, high) = (method.Interval.Difference, method.Interval.Low, method.Interval.High);
            var (name, mean) = (method.Name, method.Result.Ledger.Mean);
            Console.Line($"{name}: {value:0.00} ({low:0.00} to {high:0.00}), {mean:0.#} visual tokens a layer");
        }
        foreach (var left in report.LeftOut)
            Console.Line($"Left out: {left}");
        Console.Line($"Report written to {file}: {(double)new FileInfo(file).Length / Megabyte:0.0} MB, opens in any browser.");
        return report;
    }

    // All that can be wrong with it is said before the data is read.
    private ReportSettings Wanted(ParseResult values)
    {
        ReportPresets.Check(values.GetRequiredValue(presets));
        var folder = values.GetRequiredValue(ModelFolder);
        return new()
        {
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            Table = Path.GetFileName(values.GetRequiredValue(data)),
            Presets = values.GetRequiredValue(presets),
            Questions = values.AtLeast(questions, 0),
            Cases = values.AtLeast(cases, 0),
            Pictures = values.AtLeast(pictures, 0),
            PictureBytes = values.AtLeast(size, 0) * Megabyte,
            MaxNewTokens = values.AtLeast(maxNewTokens, 1),
            BatchSize = values.AtLeast(batchSize, 1),
            LatencyRounds = values.AtLeast(rounds, 0),
            Latency = values.GetValue(latencyTable) is { } known ? LatencyTable.Load(known) : null,
            Losses = values.GetValue(search) is { } searched ? SearchCurve.Read(searched) : [],
            Plans = [.. PlanChoice.Of(values.GetRequiredValue(plans)).Select(plan => (plan.Name, plan.Choice.For(folder)))],
        };
    }
}
