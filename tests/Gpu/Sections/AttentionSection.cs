using System.Diagnostics;
using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Report;
using Gpu.Shapes;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Gpu.Sections;

/// <summary>Attention under one setting of libtorch's switches: gradients of a mask, a step of a search in bf16, and tokens at prompt lengths that were never seen.</summary>
internal static class AttentionSection
{
    // bf16 has 8 bits; a mask that learns nothing differs by 1.
    private const double MaskTolerance = 0.05, StepTolerance = 0.5;
    private const int Tokens = 65;
    private static readonly int[] Lengths = [64, 128, 192, 200]; // cuDNN's gradient was NaN at 64 more than a multiple of 128
    private static readonly int[] NewLengths = [9, 22, 41];      // of text beyond the shape's own

    // The two names of the switch with which cuDNN's attention comes first, where the card has it.
    internal static IReadOnlyDictionary<string, string> CudnnFirst { get; } = new Dictionary<string, string> { ["TORCH_CUDNN_SDPA_PREFERRED"] = "1", ["TORCH_CUDNN_SDPA_DEPRIORITIZED"] = "0" };

    internal static void Measure(Bench bench, Action<object> save)
    {
        var given = CudnnFirst.Keys.Append("PYTORCH_CUDA_ALLOC_CONF").Where(name => Environment.GetEnvironmentVariable(name) is not null).ToDictionary(name => name, name => Environment.GetEnvironmentVariable(name)!);
        var result = new AttentionResult { Variables = given };
        var checks = new CheckList(known => save(result = result with { Checks = [.. (IEnumerable<CheckResult>)known] }));
        foreach (var length in Lengths)
            checks.AtMost($"bf16 attention over {length} tokens, gradient of the mask: difference to float32 on the CPU as a part of it", MaskTolerance, () => MaskGradient(bench.Device, length));
        checks.AtMost("a step of a search in bf16: difference of its gradients to float32's on the CPU as a part of them", StepTolerance, () => StepGradient(bench));
        var rows = new List<TokenRow>();
        using var model = RandomLlava.Create(bench.Shape.Config, bench.DataType, bench.Device);
        foreach (var (more, i) in NewLengths.Select((more, i) => (more, i)))
        {
            foreach (var budget in new int?[] { null, bench.Shape.SearchBudget })
            {
                rows.Add(Row(bench, model, budget, bench.Shape.TextTokens + more + i));
                save(result = result with { Tokens = [.. rows] });
                Console.WriteLine(FormattableString.Invariant($"  {(budget is null ? "unreduced" : $"{budget} mean tokens")}, {rows[^1].TextTokens} text tokens: {Median(rows[^1].First):0.00} ms a token, {Median(rows[^1].Again):0.00} at second sight"));
            }
        }
        save(result with { Order = AttentionOrder.Read() }); // last of all: it looks into libtorch's own memory

        static double Median(IReadOnlyList<double> times) => EosMLNet.Evaluation.Statistics.Median(times.Skip(1));
    }

    private static double MaskGradient(Device device, int length)
    {
        using var scope = NewDisposeScope();
        var (expected, found) = (Gradient(CPU, ScalarType.Float32), Gradient(device, ScalarType.BFloat16));
        return expected.sub(found).norm().item<float>() / expected.norm().item<float>();

        Tensor Gradient(Device on, ScalarType type)
        {
            using var generator = new Generator((ulong)length);
            Tensor[] qkv = [.. Enumerable.Range(0, 3).Select(_ => randn([1, 4, length, 64], generator: generator).to(ScalarType.BFloat16).to(type, on))];
            var mask = randn([1, 1, length, length], generator: generator).to(ScalarType.BFloat16).to(type, on).requires_grad_();
            var output = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], mask);
            output.mul(output).sum().backward();
            return mask.grad!.to(ScalarType.Float32).cpu();
        }
    }

    private static double StepGradient(Bench bench)
    {
        using LlavaModel onCpu = Scenes.LoadTiny(ScalarType.Float32, CPU), half = Scenes.LoadTiny(ScalarType.BFloat16, bench.Device);
        var (expected, found) = (SearchGradient.Of(onCpu), SearchGradient.Of(half));
        return Math.Sqrt(expected.Zip(found, (x, y) => (x - y) * (x - y)).Sum() / expected.Sum(x => x * x));
    }

    private static TokenRow Row(Bench bench, LlavaModel model, int? budget, int textTokens)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        var reduced = new ReducedModel(model, budget is { } mean ? TypicalPlan.Of(model.ToPlanModel(), mean) : ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = PromptBatch.Create(model, SpeedSection.Prompts(model, 1, textTokens), model.EncodeImages(SearchGradient.Pixels(model, seed: 1, 1)));
        return new TokenRow(budget, textTokens, Times(), Times());

        double[] Times()
        {
            var times = new List<double>();
            bench.Synchronize();
            var clock = Stopwatch.StartNew();
            reduced.Generate(batch, Tokens, told: _ =>
            {
                times.Add(clock.Elapsed.TotalMilliseconds); // a token is a number by now, so that the device has made it
                clock.Restart();
            });
            return [.. times];
        }
    }
}
