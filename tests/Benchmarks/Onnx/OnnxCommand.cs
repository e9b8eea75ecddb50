using System.CommandLine;
using Benchmarks.Quality;
using Benchmarks.Report;
using Benchmarks.Speed;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Onnx;
using EosMLNet.Tests;

namespace Benchmarks.Onnx;

/// <summary>
/// <c>onnx</c>: answers of the sample's models by ONNX Runtime beside torch's, under the unreduced model, all presets and plans that were
/// searched, and the time of both engines row by row. It goes on where an earlier run's report ends.
/// </summary>
internal sealed class OnnxCommand : Command
{
    private const int BatchSize = 32, AnswerTokens = 6;

    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on next to nothing: whether the program works." };
    private readonly Option<bool> fresh = new("--fresh") { Description = "Measure all anew; otherwise what the report has stays." };
    private readonly Option<bool> timesOnly = new("--times-only") { Description = "Measure the times again; the answers stay as the report has them." };
    private readonly Option<string> work = new("--work") { Description = "Where images and plans are kept between runs.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out") };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal OnnxCommand()
        : base("onnx", "Answers and times of ONNX Runtime beside torch's: unreduced, under all presets and under plans that were searched.")
    {
        foreach (var option in new Option[] { quick, fresh, timesOnly, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full, values.GetValue(quick) ? 2 : 60, values.GetValue(fresh), values.GetValue(timesOnly), values.GetValue(work)!, values.GetValue(output)!));
    }

    private static int Measure(QualitySettings settings, int rounds, bool fresh, bool timesOnly, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Path.Combine(work, settings.Name);
        var report = (fresh ? null : OnnxDocument.Load(output)) ?? new(Hardware.Describe(), [], [], []);
        if (timesOnly)
            report = report with { Hardware = Hardware.Describe(), Speeds = [] };
        foreach (var load in new Func<string, QualitySettings, OnnxSubject>[] { OnnxSubject.Llava, OnnxSubject.Qwen })
        {
            var subject = load(folder, settings);
            using var model = subject.Model;
            foreach (var (name, parts) in subject.Plans)
            {
                var isTimed = subject.Name == "scenes-llava" && (name == "unreduced" || name.StartsWith("EOS", StringComparison.Ordinal)) && report.Speeds.All(row => row.Plan != name);
                if (!timesOnly && !report.Has(subject.Name, name))
                    report = With(report, name, subject, parts());
                if (isTimed)
                    report = report with { Speeds = [.. report.Speeds, Speed(name, subject, parts()[0], rounds)] };
                report.Save(output); // after each plan: a run that is stopped loses nothing
            }
        }
        return 0;
    }

    private static OnnxDocument With(OnnxDocument report, string name, OnnxSubject subject, IReadOnlyList<(ReductionPlan Plan, VqaDataset Questions)> parts)
    {
        if (Refused(name, subject, parts) is { } refused)
        {
            Console.WriteLine($"{DateTime.Now:HH:mm:ss} {subject.Name}, {name}: {refused.Message}");
            return report with { Refused = [.. report.Refused, refused] };
        }
        var row = OnnxAgreement.Of(name, subject, parts, BatchSize, AnswerTokens);
        Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {subject.Name}, {name}: {row.Different} of {row.Questions} differ, widest tie {row.WidestTie:g2}, torch {row.TorchAccuracy:p2}, ONNX {row.OnnxAccuracy:p2}"));
        return report with { Answers = [.. report.Answers, row] };
    }

    // A plan that a model cannot have is refused by both engines, for the same reason.
    private static OnnxRefusedRow? Refused(string name, OnnxSubject subject, IReadOnlyList<(ReductionPlan Plan, VqaDataset Questions)> parts)
    {
        var (plan, data) = parts[0];
        var (byTorch, byOnnx) = (Fault(Torch), Fault(() => OnnxModel.Load(subject.Folder, plan).Dispose()));
        if (byTorch?.Code != byOnnx?.Code)
            throw new InvalidOperationException($"{subject.Name}, {name}: torch says “{byTorch?.Message}”, ONNX Runtime “{byOnnx?.Message}”.");
        return byOnnx is null ? null : new(subject.Name, name, byOnnx.Message);

        void Torch()
        {
            using var reduced = new ReducedModel(subject.Model, plan);
            OnnxAgreement.OfTorch(reduced, [OnnxAgreement.RowOf(data, data.Examples[0])], 1);
        }

        static EosException? Fault(Action action)
        {
            try
            {
                action();
                return null;
            }
            catch (EosException e)
            {
                return e;
            }
        }
    }

    // Question by question, some of them a turn, the same for both.
    private static OnnxSpeedRow Speed(string name, OnnxSubject subject, (ReductionPlan Plan, VqaDataset Questions) part, int rounds)
    {
        const int Questions = 5;
        using var reduced = new ReducedModel(subject.Model, part.Plan);
        using var onnx = OnnxModel.Load(subject.Folder, part.Plan);
        int[] asked = [0, 0];
        var seconds = Interleaved.Seconds(rounds, TimeSpan.FromMilliseconds(100),
            () => Turn(0, row => OnnxAgreement.OfTorch(reduced, [row], AnswerTokens)), () => Turn(1, row => onnx.Generate([row], AnswerTokens)));
        var measured = new OnnxSpeedRow(name, Median(0), Median(1), PairedRatio.Of([.. seconds[0].Zip(seconds[1], (torch, other) => torch / other)]));
        Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {name}: torch {measured.TorchMs:f2} ms, ONNX {measured.OnnxMs:f2} ms, {measured.Ratio.Median:f2} times as fast"));
        return measured;

        double Median(int engine) => Math.Round(Statistics.Median(seconds[engine]) * 1000 / Questions, 3);

        void Turn(int engine, Action<(IReadOnlyList<Visual> Images, string Question)> answer)
        {
            for (var i = 0; i < Questions; i++)
                answer(OnnxAgreement.RowOf(part.Questions, part.Questions.Examples[asked[engine]++ % part.Questions.Examples.Count]));
        }
    }
}
