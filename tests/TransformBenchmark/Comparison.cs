using System.Diagnostics;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using ScenesVqa;

namespace TransformBenchmark;

/// <summary>
/// <c>Transform</c> with images from files, held against the bare loop over the same questions in the same batches, whose images are decoded already: what ML.NET, decoding and reading cost.
/// </summary>
internal static class Comparison
{
    private const int BatchSize = 16, MaxNewTokens = 16;

    /// <summary>Draws images, asks the shipped model about them both ways in turns, and checks that the answers are the same.</summary>
    /// <param name="rounds">How often both are timed, after one round that does not count.</param>
    /// <param name="images">How many images, each with its questions.</param>
    /// <param name="meanTokens">Mean visual tokens; null for the unreduced model. The fewer, the faster the model, and the more everything else weighs.</param>
    /// <returns>Of each round, the seconds of the bare loop divided by the seconds of <c>Transform</c>.</returns>
    internal static IReadOnlyList<double> Measure(int rounds, int images, double? meanTokens)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Directory.CreateTempSubdirectory("eos-transform-").FullName;
        try
        {
            DatasetWriter.Write(folder, seed: 5, train: images, validation: 0, test: 0);
            using var model = LlavaModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-llava"));
            var plan = meanTokens is { } mean ? Baselines.DivPrune(model.ToPlanModel(), mean) : ReductionPlan.Identity(model.ToPlanModel());
            plan.Save(Path.Combine(folder, "plan.json"));
            var data = VqaDataset.LoadTsv(Path.Combine(folder, "train.tsv"), Path.Combine(folder, "images"));
            var ml = new MLContext(seed: 1);
            var rows = ml.Data.LoadFromTextFile(Path.Combine(folder, "train.tsv"), [new("ImagePath", DataKind.String, 0), new("Question", DataKind.String, 1)], hasHeader: true);
            using var transformer = ml.Transforms.LoadImages("Image", Path.Combine(folder, "images"), "ImagePath").Append(ml.VisionLanguage().Answer(new AnswerOptions
            {
                ModelPath = Path.Combine(AppContext.BaseDirectory, "scenes-llava"),
                PlanPath = Path.Combine(folder, "plan.json"),
                AnswerBatchSize = BatchSize,
                MaxNewTokens = MaxNewTokens,
            })).Fit(rows);
            // An image of its own for every row, as the rows of a table have it.
            (Visual?, string)[] questions = [.. data.Examples.Select(row => ((Visual?)Copy((RgbImage)data.Images[row.Images[0]]), row.Question))];
            return Compare(rounds, () => BareLoop(model, plan, questions), () => [.. transformer.Transform(rows).GetColumn<string>("PredictedAnswer")]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<double> Compare(int rounds, Func<string[]> bare, Func<string[]> transform)
    {
        var ratios = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var expected = bare();
            var middle = Stopwatch.GetTimestamp();
            var answers = transform();
            var end = Stopwatch.GetTimestamp();
            if (!answers.SequenceEqual(expected))
                throw new InvalidOperationException("Transform and the bare loop answer differently: their times cannot be compared.");
            if (round >= 0)
                ratios.Add((middle - start) / (double)(end - middle));
        }
        return ratios;
    }

    private static string[] BareLoop(LlavaModel model, ReductionPlan plan, (Visual?, string)[] questions)
    {
        var reduced = new ReducedModel(model, plan);
        return [.. questions.Chunk(BatchSize).SelectMany(rows =>
        {
            using var batch = PromptBatch.Create(model, rows, plan);
            return reduced.Generate(batch, MaxNewTokens).Ids.Select(ids => model.Processor!.Decode(ids)).ToList();
        })];
    }

    private static RgbImage Copy(RgbImage image) => new(image.Width, image.Height, image.Pixels.ToArray());
}
