using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Search;
using Gpu.Shapes;
using TorchSharp;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>What the tests say of the CPU, said of the device: every method, the search's gradients, the same bytes twice, nothing left behind.</summary>
internal static class ChecksSection
{
    private const double LogitTolerance = 2e-3, GradientTolerance = 1e-2, LossTolerance = 1e-2;
    private const int PromptLength = 8, Prompts = 3, Tokens = 6;
    private const double Share = 1.0 / 3;

    internal static void Measure(Bench bench, Action<object> save)
    {
        var checks = new CheckList(save);
        using LlavaModel onCpu = Scenes.LoadTiny(ScalarType.Float32, CPU), model = Scenes.LoadTiny(ScalarType.Float32, bench.Device);
        checks.Add("the weights are on the device", () => (model.Device.type == bench.Device.type && model.Weights.Values.All(weight => weight.device_type == bench.Device.type), $"{model.Device}"));
        Methods(checks, onCpu, model);
        checks.AtMost("the search's gradients, length of the difference to the CPU's as a part of their own", GradientTolerance, () => Relative(SearchGradient.Of(onCpu), SearchGradient.Of(model)));
        foreach (var family in Scenes.TiledFamilies)
            Tiled(checks, bench, family);
        Twice(checks, bench);
        Leaks(checks, bench, model);
        if (bench.IsGpu)
            checks.Add("a GPU that is not there is refused with EOS2002", () => Refused($"cuda:{cuda.device_count()}"));
    }

    private static void Methods(CheckList checks, LlavaModel onCpu, LlavaModel model)
    {
        using var unrecorded = no_grad();
        (string Name, Func<PlanModel, ReductionPlan> Plan)[] methods =
        [
            ("random", m => Baselines.Random(m, Tokens, seed: 1)), ("stride", m => Baselines.Stride(m, Tokens)), ("2-D pool", m => Baselines.AveragePool(m, Tokens)),
            ("ToMe", m => Baselines.ToMe(m, Tokens)), ("ToMe in the tower", m => Baselines.ToMeTower(m, Tokens)), ("DivPrune", m => Baselines.DivPrune(m, Tokens)), ("VisionZip", m => Baselines.VisionZip(m, Tokens)),
            ("SCOPE", m => Baselines.Scope(m, Tokens)), ("HoloV", m => Baselines.HoloV(m, Tokens)), ("PruMerge", m => Baselines.PruMerge(m, Tokens)), ("PruMerge+", m => Baselines.PruMergePlus(m, Tokens)), ("FastV", m => Baselines.FastV(m, Tokens)), ("PyramidDrop", m => Baselines.PyramidDrop(m, Tokens)),
            ("SparseVLM 1", m => Baselines.SparseVlm1(m, Tokens)), ("SparseVLM 2", m => Baselines.SparseVlm2(m, Tokens)), ("DART", m => Baselines.Dart(m, Tokens)), ("all parts of the operator", m => TypicalPlan.Of(m, Tokens)),
        ];
        foreach (var (name, plan) in methods)
            checks.Add($"{name}: logits, largest difference to the CPU's where the same tokens are kept", () =>
            {
                using var scope = NewDisposeScope();
                var (expected, found) = (Kept(onCpu, plan(onCpu.ToPlanModel())), Kept(model, plan(model.ToPlanModel())));
                var differences = Logits(onCpu, plan(onCpu.ToPlanModel())).sub(Logits(model, plan(model.ToPlanModel())).cpu()).abs().flatten(1).amax([1]);
                return Overlap.Judge(expected, found, [.. differences.to(ScalarType.Float64).data<double>()], LogitTolerance);
            });
    }

    // Images of different sizes in tiles: a plan of shares, and the search's gradients.
    private static void Tiled(CheckList checks, Bench bench, string family)
    {
        using var cases = Scenes.Cases(family);
        using LlavaModel onCpu = Scenes.LoadTiled(cases, ScalarType.Float32, CPU), model = Scenes.LoadTiled(cases, ScalarType.Float32, bench.Device);
        checks.Add($"{family}, all parts of the operator: logits, largest difference to the CPU's where the same tokens are kept", () =>
        {
            using var unrecorded = no_grad();
            using var scope = NewDisposeScope();
            var ((expected, wanted), (found, given)) = (Run(onCpu), Run(model));
            var differences = wanted.sub(given).abs().flatten(1).amax([1]);
            return Overlap.Judge(expected, found, [.. differences.to(ScalarType.Float64).data<double>()], LogitTolerance);
        });
        checks.AtMost($"{family}, the search's gradients, length of the difference to the CPU's as a part of their own", GradientTolerance, () => Relative(SearchGradient.Of(onCpu), SearchGradient.Of(model)));

        // One image a row, of different numbers of tiles.
        (IReadOnlyList<long[][]>, Tensor) Run(LlavaModel on)
        {
            var plan = TypicalPlan.OfShare(on, Share);
            using var batch = cases.Batch(on, "batch");
            using var reduced = new ReducedModel(on, plan);
            var logits = reduced.Forward(batch);
            return (Overlap.Kept(on, plan, batch), logits.narrow(1, logits.shape[1] - 1, 1).cpu());  // (B, 1, V)
        }
    }

    private static void Twice(CheckList checks, Bench bench)
    {
        using var model = Scenes.Load(ScalarType.Float32, bench.Device);
        checks.Add("the same prompts give the same bytes twice", () =>
        {
            using var unrecorded = no_grad();
            using var scope = NewDisposeScope();
            var plan = TypicalPlan.Of(model.ToPlanModel(), 36);
            double[] apart = [.. Logits(model, plan).sub(Logits(model, plan)).abs().cpu().flatten().to(ScalarType.Float64).data<double>()];
            return (apart.All(difference => difference == 0), FormattableString.Invariant(
                $"logits under four sites; {apart.Count(difference => difference != 0)} of {apart.Length} differ, by at most {apart.Max():g2}"));
        });
        checks.Add("the same search gives finite losses, and the same ones twice", () =>
        {
            var data = Scenes.Draw(seed: 12, images: 4);
            var settings = new SearchSettings { Constraints = new() { MeanVisualTokens = 24 }, Steps = 4, BatchSize = 4, ValidationQuestions = 8, SnapToCorners = false, TryCounts = false };
            SearchResult[] runs = [.. Enumerable.Range(0, 2).Select(_ => new OperatorSearch(model, settings).Run(data, data))];
            var (first, second) = (runs[0].Report.Losses, runs[1].Report.Losses);
            // Atomic additions of a GPU come in any order: bytes are a fact to know, not to fail by.
            var same = runs[0].Plan.ToJson() == runs[1].Plan.ToJson() && first.SequenceEqual(second);
            var apart = first.Zip(second, (x, y) => Math.Abs(x - y) / Math.Abs(x)).Max();
            return (apart <= LossTolerance && first.All(double.IsFinite),
                FormattableString.Invariant($"losses {string.Join(", ", first.Select(loss => loss.ToString("g4", System.Globalization.CultureInfo.InvariantCulture)))}; the second run's differ by {apart:g2} of them, at most {LossTolerance:g2}; plan and losses {(same ? "are" : "are not")} the same to the byte"));
        });
    }

    private static void Leaks(CheckList checks, Bench bench, LlavaModel model)
    {
        var plan = TypicalPlan.Of(model.ToPlanModel(), Tokens);
        Answer();
        checks.Add("answering leaves no tensor behind", () =>
        {
            var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            Answer();
            var left = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount - before;
            return (left == 0, $"{left} tensors");
        });
        if (bench.IsGpu)
            checks.Add("device memory does not grow with answers", () =>
            {
                for (var i = 0; i < 3; i++)
                    Answer();
                var before = DeviceMemory.Used(bench);
                for (var i = 0; i < 10; i++)
                    Answer();
                var grown = DeviceMemory.Used(bench) - before;
                return (grown is <= 0, grown is null ? "CUDA's runtime library was not found" : $"{grown} bytes in ten rounds");
            });

        void Answer()
        {
            using var batch = Batch(model);
            using var reduced = new ReducedModel(model, plan);
            reduced.Generate(batch, 4);
        }
    }

    private static (bool, string) Refused(string device)
    {
        try
        {
            TorchDevice.Resolve(device);
            return (false, $"{device} was accepted");
        }
        catch (EosException e)
        {
            return (e.Code == EosErrors.Device, e.Code);
        }
    }

    private static IReadOnlyList<long[][]> Kept(LlavaModel model, ReductionPlan plan)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(model, plan);
        return Overlap.Kept(model, plan, batch);
    }

    private static Tensor Logits(LlavaModel model, ReductionPlan plan)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(model, plan);
        using var reduced = new ReducedModel(model, plan);
        var logits = reduced.Forward(batch);
        return logits.narrow(1, logits.shape[1] - 1, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The same random images and prompts on every device.</summary>
    private static PromptBatch Batch(LlavaModel model, ReductionPlan? plan = null)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var random = new Random(5);
        int[][] prompts = [.. Enumerable.Range(0, Prompts).Select(_ => (int[])[1, model.ImageTokenId, .. Enumerable.Range(0, PromptLength).Select(_ => random.Next(10, 200))])];
        return PromptBatch.Create(model, prompts, model.EncodeImages(SearchGradient.Pixels(model, seed: 1, Prompts), plan: plan));
    }

    private static double Relative(double[] expected, double[] found) =>
        Math.Sqrt(expected.Zip(found, (x, y) => (x - y) * (x - y)).Sum() / expected.Sum(x => x * x));
}
