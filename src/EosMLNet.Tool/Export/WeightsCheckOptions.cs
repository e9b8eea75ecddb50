using System.CommandLine;
using EosMLNet.Onnx;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Export;

/// <summary>Options of <c>--weights</c>: questions that converted weights are measured on.</summary>
internal sealed class WeightsCheckOptions
{
    private readonly Option<string?> data = CommonOptions.Optional("--data", "TSV",
        "For converted weights: questions that are answered with them and with the stored ones, by ONNX Runtime. A table as for eos " +
        "evaluate: tab-separated, with a header that names ImagePath, Question, Answer and, if wanted, Family. Default: nothing is " +
        "measured.");
    private readonly Option<string?> images = CommonOptions.Optional("--images", "DIR", "Folder that the table's image paths start from.");
    private readonly Option<int?> limit =
        new("--limit") { HelpName = "N", Description = "Ask only the first N rows of the table. Default: all." };
    private readonly Option<double> maxDrop = CommonOptions.Default("--max-accuracy-drop", "X", WeightsCheck.DefaultMaxAccuracyDrop,
        "For --data: the most that accuracy may fall by the conversion, from 0 to 1. Where it falls further, nothing is written " +
        "(EOS3003).");
    private readonly Option<int> maxNewTokens = CommonOptions.Default("--max-new-tokens", "N", WeightsCheck.DefaultMaxNewTokens,
        "For --data: the longest answer, in tokens.");
    private readonly Option<int> batchSize =
        CommonOptions.BatchSize(WeightsCheck.DefaultBatchSize, "For --data: questions that are answered at once.");
    private readonly Option<ImagePadding?> imagePadding = CommonOptions.ImagePadding("as the plan was searched; square without a plan.");
    private readonly PromptOptions prompts = new();

    internal IEnumerable<Option> All => [data, images, limit, maxDrop, maxNewTokens, batchSize, imagePadding, .. prompts.All];

    /// <summary>Reads the questions.</summary>
    /// <param name="values">The command line.</param>
    /// <param name="console">Where it is told what was read.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="plan">The plan and its file; null for none.</param>
    /// <returns>What is to be measured; null where there are no questions.</returns>
    /// <exception cref="EosException">EOS1013: an option is out of its range, or lacks another. Otherwise as of
    /// <see cref="VqaDataset.LoadTsv"/>.</exception>
    internal WeightsCheck? Read(ParseResult values, EosConsole console, string model, (string Name, ReductionPlan Plan)? plan)
    {
        var (table, folder, rows) = (values.GetValue(data), values.GetValue(images), values.AtLeast(limit, 1));
        if (table is null != folder is null)
            throw new EosException(EosErrors.InvalidOption,
                $"{(table is null ? data.Name : images.Name)} is missing. Converted weights are measured on a table of questions and the " +
                "folder that its image paths start from: give both, or neither.");
        if (table is null || folder is null)
            return null;
        var padding = PaddingChoice.Of(values.GetValue(imagePadding), plan is { } one ? [one] : []);
        foreach (var remark in padding.Remarks)
            console.Line($"{remark}");
        return new WeightsCheck(console.LoadData(table, folder, QuestionTable.Sampling(model)).Take(rows ?? int.MaxValue))
        {
            MaxAccuracyDrop = values.GetValue(maxDrop),
            MaxNewTokens = values.AtLeast(maxNewTokens, 1),
            BatchSize = values.AtLeast(batchSize, 1),
            Runtime = new OnnxOptions { ImagePadding = padding.Padding, Prompts = prompts.Of(values) },
        };
    }
}
