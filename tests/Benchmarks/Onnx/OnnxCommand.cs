using System.CommandLine;
using System.Text.Json;
using Benchmarks.Quality;
using Benchmarks.Report;
using Benchmarks.Speed;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests;

namespace Benchmarks.Onnx;

/// <summary>
/// <c>onnx</c>: answers of scenes-llava by ONNX Runtime beside torch's, under the unreduced model, all presets and plans that were searched, and
/// the time of both engines row by row.
/// </summary>
internal sealed class OnnxCommand : Command
{
    private const int BatchSize = 32, AnswerTokens = 6;
    private const double PresetTokens = 48;
    private static readonly int[] Searched = [48, 32, 16];
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<bool> timesOnly = new("--times-only") { Description = "Measure the times again; the answers stay as the report has them." };
    private readonly Option<string> work = new("--work") { Description = "Where images and plans are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal OnnxCommand()
        : base("onnx", "Answers and times of ONNX Runtime beside torch's: unreduced, under all presets and under plans that were searched.")
    {
        foreach (var option in new Option[] { quick, timesOnly, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full, values.GetValue(quick), values.GetValue(timesOnly), values.GetValue(work)!, values.GetValue(output)!));
    }

    private static string Scenes => Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    private static int Measure(QualitySettings settings, bool quick, bool timesOnly, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Path.Combine(work, settings.Name);
        var data = QualityData.Load(folder, settings);
        using var model = LlavaModel.Load(Scenes, ModelDataType.Float32, use: ModelUse.Search);
        var report = Path.Combine(output, "onnx.json");
        List<OnnxAnswerRow> answers = timesOnly ? [.. JsonSerializer.Deserialize<OnnxDocument>(File.ReadAllText(report), Readable)!.Answers] : [];
        var speeds = new List<OnnxSpeedRow>();
        foreach (var (name, plan) in Plans(model, data, settings, folder))
        {
            var timed = name == "unreduced" || name.StartsWith("EOS", StringComparison.Ordinal);
            if (timesOnly && !timed)
                continue;
            using var reduced = new ReducedModel(model, plan);
            using var onnx = OnnxModel.Load(Scenes, plan);
            if (!timesOnly)
            {
                answers.Add(OnnxAgreement.Of(name, reduced, onnx, data.Test, BatchSize, AnswerTokens));
                Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {name}: {answers[^1].Different} of {answers[^1].Questions} differ, widest tie {answers[^1].WidestTie:g2}, torch {answers[^1].TorchAccuracy:p2}, ONNX {answers[^1].OnnxAccuracy:p2}"));
            }
            if (!timed)
                continue;
            speeds.Add(Speed(name, reduced, onnx, data.Test, rounds: quick ? 2 : 60));
            Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {name}: torch {speeds[^1].TorchMs:f2} ms, ONNX {speeds[^1].OnnxMs:f2} ms, {speeds[^1].Ratio.Median:f2} times as fast"));
        }
        var document = new OnnxDocument(Hardware.Describe(), answers, speeds);
        AtomicFile.WriteText(report, JsonSerializer.Serialize(document, Readable) + "\n");
        AtomicFile.WriteText(Path.Combine(output, "onnx.md"), OnnxPage.Write(document));
        return 0;
    }

    private static IEnumerable<(string Name, ReductionPlan Plan)> Plans(LlavaModel model, QualityData data, QualitySettings settings, string folder)
    {
        var known = model.ToPlanModel();
        yield return ("unreduced", ReductionPlan.Identity(known));
        foreach (var tokens in Searched)
        {
            var path = Path.Combine(folder, $"onnx-{tokens}.plan.json");
            if (!File.Exists(path))
                new OperatorSearch(model, settings.Shorten(new SearchSettings { Constraints = new() { MeanVisualTokens = tokens } })).Run(data.Search, data.Validation).Plan.Save(path);
            yield return ($"EOS, {tokens} tokens", ReductionPlan.Load(path));
        }
        foreach (var (name, preset) in Presets.All)
            yield return (name, preset(known, PresetTokens));
    }

    // Question by question, some of them a turn, the same for both.
    private static OnnxSpeedRow Speed(string name, ReducedModel reduced, OnnxModel onnx, VqaDataset data, int rounds)
    {
        const int Questions = 5;
        int[] asked = [0, 0];
        var row = 0;
        var seconds = Interleaved.Seconds(rounds, TimeSpan.FromMilliseconds(100), () => Turn(0, Torch), () => Turn(1, Onnx));
        return new(name, Median(0), Median(1), PairedRatio.Of([.. seconds[0].Zip(seconds[1], (torch, other) => torch / other)]));

        double Median(int engine) => Math.Round(Statistics.Median(seconds[engine]) * 1000 / Questions, 3);

        void Turn(int engine, Action answer)
        {
            for (var i = 0; i < Questions; i++)
            {
                row = asked[engine]++ % data.Examples.Count;
                answer();
            }
        }

        void Torch()
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            using var batch = PromptBatch.Create(reduced.Model, [Row()], reduced.Plan);
            reduced.Generate(batch, AnswerTokens);
        }

        void Onnx() => onnx.Generate([Row()], AnswerTokens);

        (IReadOnlyList<Visual>, string) Row() => ([data.Images[data.Examples[row].Images[0]]], data.Examples[row].Question);
    }
}
