using System.CommandLine;
using System.Globalization;
using System.Text;
using Benchmarks.Quality;
using Benchmarks.Report;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests;

namespace Benchmarks.Precision;

/// <summary><c>precision</c>: what computing in bfloat16 and in 8 bits does to answers and to plans, on questions that no search saw.</summary>
internal sealed class PrecisionCommand : Command
{
    private const int Budget = 16, BatchSize = 32;

    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<string> work = new("--work") { Description = "Where the images are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    private sealed record Document(string Hardware, int Questions, IReadOnlyList<string> Searches, IReadOnlyList<PrecisionRow> Rows);

    internal PrecisionCommand()
        : base("precision", "Answers of scenes-llava in float32, bfloat16 and int8, unreduced and under plans that were searched in float32 and in bfloat16.")
    {
        foreach (var option in new Option[] { quick, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full, values.GetValue(work)!, values.GetValue(output)!));
    }

    private static int Measure(QualitySettings settings, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1); // the model is tiny: a second thread would mostly wait for the first
        var data = QualityData.Load(Path.Combine(work, settings.Name), settings);
        var searches = new List<string>();
        ReductionPlan?[] plans = [null, Search(ModelDataType.Float32), Search(ModelDataType.BFloat16)];
        string[] names = ["unreduced", "searched in float32", "searched in bfloat16"];
        var precise = new EvaluationResult[plans.Length];
        var rows = new List<PrecisionRow>();
        foreach (var type in CpuSpeed.HasInt8 ? [ModelDataType.Float32, ModelDataType.BFloat16, ModelDataType.Int8] : (ModelDataType[])[ModelDataType.Float32, ModelDataType.BFloat16])
        {
            using var model = Load(type, ModelUse.Answer);
            for (var p = 0; p < plans.Length; p++)
            {
                using var reduced = new ReducedModel(model, plans[p] ?? ReductionPlan.Identity(model.ToPlanModel()));
                var result = Evaluator.Evaluate(reduced, data.Test, batchSize: BatchSize);
                precise[p] ??= result;
                rows.Add(new PrecisionRow(names[p], $"{type}", Math.Round(result.Accuracy, 5), Math.Round(result.AgreementWith(precise[p]), 5)));
                Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {names[p]}, {type}: {result.Accuracy:p2}, agrees with float32 on {rows[^1].Agreement:p2}"));
            }
        }
        var document = new Document(Hardware.Describe(), data.Test.Examples.Count, searches, rows);
        ResultFile.Save(Path.Combine(output, "precision.json"), document);
        AtomicFile.WriteText(Path.Combine(output, "precision.md"), Page(document));
        return 0;

        ReductionPlan Search(ModelDataType type)
        {
            using var model = Load(type, ModelUse.Search);
            var found = new OperatorSearch(model, settings.Shorten(new SearchSettings { Constraints = new() { MeanVisualTokens = Budget } })).Run(data.Search, data.Validation);
            searches.Add(FormattableString.Invariant($"In {type}: {found.Report.Seconds:0} s, sites that keep {string.Join(", ", found.Plan.Sites.Select(site => $"{site.Keep} in front of layer {site.Layer}"))}"));
            Console.WriteLine(searches[^1]);
            return found.Plan;
        }
    }

    private static LlavaModel Load(ModelDataType type, ModelUse use) => LlavaModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-llava"), type, use: use);

    private static string Page(Document document)
    {
        var page = new StringBuilder(FormattableString.Invariant($"""
            # Precision

            Written by `dotnet run --project tests/Benchmarks -c Release -- precision`; the numbers are in `precision.json` beside this page. The sample's model scenes-llava, stored in bfloat16, answers {document.Questions} questions
            that no search saw. "Agreement" is the share of answers that are the same as in float32 under the same plan. Plans have {Budget} mean visual tokens instead of 144. Norms, softmaxes, positions and what a site decides are
            computed in float32 in each type.

            | plan | type | accuracy | difference to float32 | agreement |
            |---|---|---:|---:|---:|

            """).ReplaceLineEndings("\n"));
        foreach (var row in document.Rows)
        {
            var precise = document.Rows.First(other => other.Plan == row.Plan);
            page.Append(CultureInfo.InvariantCulture, $"| {row.Plan} | {row.Type} | {row.Accuracy:p2} | {100 * (row.Accuracy - precise.Accuracy):+0.00;-0.00;0.00} points | {row.Agreement:p2} |\n");
        }
        page.Append("\nThe searches, one thread each:\n\n");
        foreach (var search in document.Searches)
            page.Append(CultureInfo.InvariantCulture, $"- {search}.\n");
        return page.Append(CultureInfo.InvariantCulture, $"\nMachine: {document.Hardware}.\n").ToString();
    }
}
