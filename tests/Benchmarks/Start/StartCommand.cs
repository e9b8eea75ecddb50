using System.CommandLine;
using Benchmarks.Report;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tests;
using Gpu.Shapes;
using ScenesVqa;

namespace Benchmarks.Start;

/// <summary>
/// <c>start</c>: the time from the start of a published application to its first answer from a saved model, once with ONNX Runtime and once
/// with libtorch, both of one source.
/// </summary>
internal sealed class StartCommand : Command
{
    private const int MeanTokens = 48, Seed = 7;
    private const string Question = "what colour is the square";

    private readonly Option<int> pairs = new("--pairs") { Description = "How often both are started, in turns.", DefaultValueFactory = _ => 20 };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal StartCommand()
        : base("start", "From the start of a published application to its first answer: with ONNX Runtime, and with libtorch (linux-x64).")
    {
        Add(pairs);
        Add(output);
        SetAction(values => Measure(values.GetValue(pairs), values.GetValue(output)!));
    }

    private static int Measure(int pairs, string output)
    {
        var folder = Directory.CreateTempSubdirectory("eos-start-").FullName;
        try
        {
            string[] asked = [Path.Combine(folder, "vqa.zip"), Path.Combine(folder, "question.png"), Question];
            Say("publishing both applications");
            var (onnx, torch) = (new AnswerApplication("Onnx", Path.Combine(folder, "onnx")), new AnswerApplication("Torch", Path.Combine(folder, "torch")));
            if (onnx.Files.FirstOrDefault(file => IsOfTorch(file.Name)) is { } file)
                throw new InvalidOperationException($"The application without torch has the file {file.Name}.");
            File.WriteAllBytes(asked[1], DatasetWriter.EncodePng(DatasetWriter.Distinct(Seed).First().Scene));
            onnx.Save(Path.Combine(AppContext.BaseDirectory, "scenes-llava"), SavePlan(folder), asked[0]);
            for (var pair = -1; pair < pairs; pair++) // the first one warms up: files are read from the disk
            {
                var (first, second) = pair % 2 == 0 ? (onnx, torch) : (torch, onnx);
                var (one, other) = (first.Ask(pair >= 0, asked), second.Ask(pair >= 0, asked));
                if (one != other)
                    throw new InvalidOperationException($"{first.Engine} answers '{one}' and {second.Engine} '{other}'.");
                if (pair >= 0)
                    Write(output, onnx, torch);
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // After each pair: a run that is stopped loses nothing.
    private static void Write(string output, AnswerApplication onnx, AnswerApplication torch)
    {
        double[] ratios = [.. torch.Times.Zip(onnx.Times, (other, ours) => other / ours)];
        var document = new StartDocument(Hardware.Describe(), ratios.Length, [onnx.ToRow(), torch.ToRow()], PairedRatio.Of(ratios));
        Say(FormattableString.Invariant($"pair {ratios.Length}: {onnx.Times.Last():f0} ms, {torch.Times.Last():f0} ms; so far {document.Ratio.Median:0.00} times as fast"));
        ResultFile.Save(Path.Combine(output, "start.json"), document);
        AtomicFile.WriteText(Path.Combine(output, "start.md"), StartPage.Write(document));
    }

    private static string SavePlan(string folder)
    {
        TorchRuntime.EnsureLoaded();
        using var model = LlavaModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-llava"));
        var path = Path.Combine(folder, "plan.json");
        TypicalPlan.Of(model.ToPlanModel(), MeanTokens).Save(path);
        return path;
    }

    private static bool IsOfTorch(string name) => name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.StartsWith("libc10", StringComparison.Ordinal);

    private static void Say(string what) => Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {what}"));
}
