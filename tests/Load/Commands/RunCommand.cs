using System.CommandLine;
using System.Globalization;
using Benchmarks.Report;
using EosMLNet.Onnx.Sessions;
using Fuzz.Commands;
using Fuzz.Report;
using Load.Kinds;
using Load.Measures;
using Load.Report;
using static TorchSharp.torch;

namespace Load.Commands;

/// <summary><c>run</c>: kinds of load, one behind the other, and their rows in the documents.</summary>
internal sealed class RunCommand : Command
{
    internal RunCommand()
        : base("run", "Asks for a time, and writes what came of it to reliability.md and .json.")
    {
        var kinds = NamedOption.Several("--kind", "The kinds of load", LoadKinds.All, kind => kind.Name);
        var minutes = new Option<double>("--minutes") { Description = "The time of each.", DefaultValueFactory = _ => 60 };
        var report = new Option<string>("--report")
        {
            Description = "The folder of reliability.md and .json.", HelpName = "DIR", DefaultValueFactory = _ => ReliabilityFiles.Folder,
        };
        foreach (var option in (Option[])[kinds, minutes, report])
            Add(option);
        SetAction(async (values, _) =>
        {
            var fine = true;
            foreach (var kind in values.GetValue(kinds) ?? LoadKinds.All)
            {
                var row = await RunAsync(kind, TimeSpan.FromMinutes(values.GetValue(minutes)));
                LoadDocument.Write(values.GetValue(report)!, row, [.. LoadKinds.All.Select(one => one.Name)]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{row.Kind}: {row.Right} right, {row.Refused} given up, {row.Loaded} models, {row.Resident.Range} MB, " +
                    $"{row.Resident.Growth} MB an hour, {row.InUse?.Range} MB in use, {row.InUse?.Growth} MB an hour, {row.Tensors} tensors and {row.Sessions} sessions left, " +
                    $"{row.Faults.Count} faults"));
                foreach (var fault in row.Faults)
                    Console.WriteLine($"  {fault}");
                fine &= row.Faults.Count == 0 && row.Tensors == 0 && row.Sessions == 0;
            }
            return fine ? 0 : 1;
        });
    }

    /// <summary>Runs one kind.</summary>
    internal static async Task<LoadRow> RunAsync(LoadKind kind, TimeSpan time, int questions = LoadModel.QuestionCount)
    {
        using var model = new LoadModel(questions);
        await WarmUpAsync(model); // what is made once is made now
        var (tensors, sessions) = Left();
        var tally = new LoadTally();
        using var memory = new MemorySeries(time);
        await kind.RunAsync(model, tally, memory);
        memory.End();
        var left = Left();
        return new(kind.Name, kind.Does, Math.Round(memory.Samples[^1].Minutes, 1), tally.RightAnswers, tally.RefusedRequests,
            tally.LoadedModels, [.. tally.Faults.OrderByDescending(fault => fault.Value).Select(fault => $"{fault.Value} x {fault.Key}")],
            MemoryTrend.Of([.. memory.Samples.Select(sample => (sample.Minutes, sample.Memory.Resident))]),
            memory.Samples.All(sample => sample.Memory.InUse is not null)
                ? MemoryTrend.Of([.. memory.Samples.Select(sample => (sample.Minutes, sample.Memory.InUse!.Value))]) : null,
            left.Tensors - tensors, left.Sessions - sessions, Hardware.Describe(), DateOnly.FromDateTime(DateTime.UtcNow));
    }

    private static async Task WarmUpAsync(LoadModel model)
    {
        foreach (var engine in (AnsweringEngine[])[AnsweringEngine.Torch, AnsweringEngine.Onnx])
        {
            using var transformer = model.Fit(engine);
            await transformer.AnswerAsync([model.Images[0]], model.Questions[0].Question);
        }
    }

    private static (long Tensors, int Sessions) Left()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (Tensor.TotalCount, GraphSession.Live);
    }
}
