using System.CommandLine;
using System.Globalization;
using EosMLNet.Data;
using EosMLNet.Evaluation;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Evaluate;

/// <summary><c>eos evaluate</c>: how well a model answers a table of questions, reduced by a plan or not.</summary>
internal sealed class EvaluateCommand : ModelCommand
{
    private readonly Option<string?> plan = CommonOptions.Plan();
    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<string> images = CommonOptions.Images();
    private readonly Option<int?> limit = new("--limit") { HelpName = "N", Description = "Answer only the first N rows. Default: all." };
    private readonly Option<int> maxNewTokens = CommonOptions.Default("--max-new-tokens", "N", 8, "The longest answer, in tokens.");
    private readonly Option<int> batchSize = CommonOptions.BatchSize(64, "Rows that are answered at once.");
    private readonly Option<string?> predictions = CommonOptions.Optional("--predictions", "FILE", "Write each row's answer to this tab-separated file.");

    public EvaluateCommand(EosConsole console)
        : base("evaluate", "Answers a table of questions about pictures and compares with the expected answers.", console) =>
        AddOptions(plan, data, images, limit, maxNewTokens, batchSize, predictions);

    protected override object Execute(ParseResult values, CancellationToken cancellation)
    {
        var (rows, atOnce, longest) = (values.AtLeast(limit, 1), values.AtLeast(batchSize, 1), values.AtLeast(maxNewTokens, 1));
        var questions = LoadData(values.GetRequiredValue(data), values.GetRequiredValue(images)).Take(rows ?? int.MaxValue);
        using var model = LoadModel(values);
        var reduced = Reduce(model, values.GetValue(plan));
        var result = Console.Progress("Answering", report => Evaluator.Evaluate(
            reduced, questions, atOnce, longest, pictures: null,
            new InlineProgress<int>(done => report((double)done / questions.Examples.Count, $"{done} of {questions.Examples.Count}")), cancellation));
        Print(questions, result);
        if (values.GetValue(predictions) is { } file)
            PredictionsFile.Write(file, questions, result);
        return result;
    }

    private void Print(VqaDataset questions, EvaluationResult result)
    {
        var counts = questions.Examples.CountBy(example => example.Family).ToDictionary();
        if (counts.Count > 1)
            Console.Table("", ["family", "questions", "accuracy"],
                result.ByFamily.Select(family => new[] { family.Key, $"{counts[family.Key]}", family.Value.ToString("0.000", CultureInfo.InvariantCulture) }));
        Console.Line($"Accuracy {result.Accuracy:0.0000} of {questions.Examples.Count} questions, {result.FamilyAverage:0.0000} averaged over {counts.Count} families; {result.MillisecondsPerAnswer:0.0} ms an answer.");
        Console.PrintCost(result.Ledger);
    }
}
