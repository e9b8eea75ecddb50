// Searches how to run a small LLaVA on 16 instead of 144 visual tokens, compares the result with hand-made methods, saves it
// and answers with it in a second process.
//   dotnet run --project samples/Demo -c Release            (-- --json: the figures once more as one line, for programs)
using System.Diagnostics;
using System.Text.Json;
using Demo;
using EosMLNet;
using EosMLNet.Checkpoints;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using Microsoft.ML;
using ScenesVqa;

const int Budget = 16;

if (args is ["answer", var zip, var images, .. var questions])
    return SecondProcess.Answer(zip, images, questions);

TorchRuntime.EnsureLoaded();
TorchSharp.torch.set_num_threads(1); // the model is tiny: a second thread would mostly wait for the first

var modelFolder = Path.Combine(AppContext.BaseDirectory, "scenes-llava");
var output = Path.Combine(AppContext.BaseDirectory, "out");
var (train, test, imageFolder) = (Path.Combine(output, "train.tsv"), Path.Combine(output, "test.tsv"), Path.Combine(output, "images"));
var artifact = Path.Combine(output, "vqa.zip");

Console.WriteLine("1. Drawing images and asking about them");
DatasetWriter.Write(output, seed: 2026, train: 1200, validation: 0, test: 150);

Console.WriteLine($"2. Searching on the frozen model: {Budget} mean visual tokens a layer instead of 144");
var ml = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
var data = ml.Data.LoadFromTextFile<VqaRow>(train, hasHeader: true);
var pipeline = ml.Transforms.LoadImages("Image", imageFolder, "ImagePath")
    .Append(ml.VisionLanguage().OperatorSearch(new OperatorSearchOptions
    {
        ModelPath = modelFolder,
        Constraints = { MeanVisualTokens = Budget },
        Progress = new Lines(),
    }));
var clock = Stopwatch.StartNew();
using var fitted = pipeline.Fit(data);
var seconds = clock.Elapsed.TotalSeconds;
var plan = fitted.LastTransformer.Plan;
ml.Model.Save(fitted, data.Schema, artifact);
plan.Save(Path.Combine(output, "plan.json"));

Console.WriteLine("3. Comparing on images that the search has not seen");
using var model = LlavaModel.Load(modelFolder);
var heldOut = VqaDataset.LoadTsv(test, imageFolder);
var results = Comparison.Run(model, plan, Budget, heldOut);
Comparison.Print(results);

Console.WriteLine("4. Answering from the saved model in a second process");
SecondProcess.Start(artifact, imageFolder, [.. heldOut.Examples.Where(e => e.Images[0] == 0).DistinctBy(e => e.Family).TakeLast(3)
    .SelectMany(e => new[] { "test-00000.png", e.Question })]);

Console.WriteLine($"The plan is in {Path.Combine(output, "plan.json")}, the model in {artifact}");
if (args.Contains("--json"))
{
    Console.WriteLine("EOS-DEMO " + JsonSerializer.Serialize(new
    {
        full = Math.Round(results[0].Accuracy, 4),
        eos = Math.Round(results[^1].Accuracy, 4),
        best_baseline = Math.Round(results.Skip(1).SkipLast(1).Max(r => r.Accuracy), 4),
        mean_visual_tokens = plan.Ledger.Mean,
        macs_ratio = Math.Round(plan.Ledger.MacsRatio, 4),
        seconds_search = Math.Round(seconds, 1),
        artifact,
    }));
}
return 0;
