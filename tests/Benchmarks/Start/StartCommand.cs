using System.CommandLine;
using Benchmarks.Report;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tests;
using Gpu.Shapes;
using ScenesVqa;

namespace Benchmarks.Start;

/// <summary>
/// <c>start</c>: the time from the start of a published application to its first answer from a saved model, with ONNX Runtime and with
/// libtorch, of one source.
/// </summary>
internal sealed class StartCommand : Command
{
    private const int MeanTokens = 48, Seed = 7;
    private const string Question = "what colour is the square", ReadyToRun = "-p:PublishReadyToRun=true";

    private readonly Option<int> rounds = new("--rounds") { Description = "How often all are started, in turns.", DefaultValueFactory = _ => 20 };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal StartCommand()
        : base("start", "From the start of a published application to its first answer: with ONNX Runtime, and with libtorch (linux-x64).")
    {
        Add(rounds);
        Add(output);
        SetAction(values => Measure(values.GetValue(rounds), values.GetValue(output)!));
    }

    private static int Measure(int rounds, string output)
    {
        var folder = Directory.CreateTempSubdirectory("eos-start-").FullName;
        try
        {
            string[] asked = [Path.Combine(folder, "vqa.zip"), Path.Combine(folder, "question.png"), Question];
            Say("publishing the applications");
            AnswerApplication[] all =
            [
                new("ONNX Runtime", "Onnx", folder), new("torch", "Torch", folder),
                new("ONNX Runtime, ReadyToRun", "Onnx", folder, ReadyToRun), new("torch, ReadyToRun", "Torch", folder, ReadyToRun),
            ];
            if (all.Where((_, i) => i % 2 == 0).SelectMany(one => one.Files).FirstOrDefault(file => IsOfTorch(file.Name)) is { } file)
                throw new InvalidOperationException($"An application without torch has the file {file.Name}.");
            File.WriteAllBytes(asked[1], DatasetWriter.EncodePng(DatasetWriter.Distinct(Seed).First().Scene));
            all[0].Save(Path.Combine(AppContext.BaseDirectory, "scenes-llava"), SavePlan(folder), asked[0]);
            for (var round = -1; round < rounds; round++) // the first one warms up: files are read from the disk
            {
                var answers = (round % 2 == 0 ? all : all.Reverse()).Select(one => one.Ask(round >= 0, asked)).ToHashSet();
                if (answers.Count != 1)
                    throw new InvalidOperationException($"The applications answer differently: {string.Join(", ", answers)}.");
                if (round >= 0)
                    Write(output, all);
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // After each round: a run that is stopped loses nothing.
    private static void Write(string output, AnswerApplication[] all)
    {
        var document = new StartDocument(Hardware.Describe(), all[0].Times.Count, [.. all.Select((one, i) => one.ToRow(all[i | 1]))]);
        Say($"round {document.Rounds}: " + string.Join("; ", all.Zip(document.Applications, (one, row) => FormattableString.Invariant($"{one.Name} {one.Times[^1]:f0} ms, so far {row.Ratio.Median:0.00}"))));
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
