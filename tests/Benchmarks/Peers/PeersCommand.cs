using System.CommandLine;
using System.Diagnostics;
using Benchmarks.Report;
using Benchmarks.Speed;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests;
using static TorchSharp.torch;

namespace Benchmarks.Peers;

/// <summary><c>peers</c>: the same decoder on the same prompts through this project and through llama.cpp, in turns; and through ONNX Runtime.</summary>
internal sealed class PeersCommand : Command
{
    internal const int DecodedTokens = 32, DecodedBehind = 96;
    internal static readonly int[] Lengths = [608, 224, 96, 48];

    private const string OfLlama = "llama", OfOnnx = "onnx";

    private readonly Option<int> rounds = new("--rounds") { Description = "How often each is timed.", DefaultValueFactory = _ => 5 };
    private readonly Option<bool> quick = new("--quick") { Description = "Everything once, on one layer: whether the program works." };
    private readonly Option<string?> only = new("--only") { Description = $"Measure one part, '{OfLlama}' or '{OfOnnx}'; the other stays as the report has it." };
    private readonly Option<string> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks") };

    internal PeersCommand()
        : base("peers", "Prefill and decode beside llama.cpp (LLamaSharp) on the same shapes, in float32, bfloat16 and 8 bits; and by ONNX Runtime.")
    {
        only.AcceptOnlyFromAmong(OfLlama, OfOnnx);
        Add(rounds);
        Add(quick);
        Add(only);
        Add(output);
        SetAction(values => Measure(values.GetValue(quick) ? 1 : values.GetValue(rounds), values.GetValue(quick), values.GetValue(only), values.GetValue(output)!));
    }

    private static int Measure(int rounds, bool quick, string? only, string output)
    {
        TorchRuntime.EnsureLoaded();
        var report = Path.Combine(output, "peers.json");
        var document = ResultFile.Load<PeersDocument>(report) ?? new("", "", 0, [], []);
        var folder = Directory.CreateTempSubdirectory("eos-peers-").FullName;
        try
        {
            var config = LargeModel.Config with { EosTokenIds = [31_998] };
            config = quick ? config with { Text = config.Text with { LayerCount = 1 } } : config;
            RandomCheckpoint.Write(config, folder, shards: 1, ScalarType.BFloat16);
            if (only != OfOnnx)
                MeasureLlama(folder, config, rounds, measured => Save(measured with { Onnx = document.Onnx }));
            if (only != OfLlama)
                OnnxPeers.Measure(folder, config, rounds, Hardware.Describe(), measured => Save(document with { Onnx = measured }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;

        // After each part: a run that is stopped loses nothing.
        void Save(PeersDocument now)
        {
            document = now;
            ResultFile.Save(report, document);
            AtomicFile.WriteText(Path.Combine(output, "peers.md"), PeersPage.Write(document));
        }
    }

    private static void MeasureLlama(string folder, LlavaConfig config, int rounds, Action<PeersDocument> save)
    {
        var (rows, limits) = (new List<PeerRow>(), new List<PeerLimit>());
        var bandwidth = CopyBandwidth();
        var types = new (ModelDataType Ours, GgufType Theirs)[] { (ModelDataType.Float32, GgufType.Float32), (ModelDataType.BFloat16, GgufType.BFloat16), (ModelDataType.Int8, GgufType.Q8) };
        foreach (var (ours, theirs) in types.Where(type => type.Ours != ModelDataType.Int8 || CpuSpeed.HasInt8))
        {
            var gguf = Path.Combine(folder, $"{theirs}.gguf");
            GgufFile.Write(gguf, config.Text, theirs);
            using var model = LlavaModel.Load(folder, ours);
            using var llama = new LlamaCpp(gguf, get_num_threads());
            limits.Add(new PeerLimit($"{ours}", Math.Round(TeraFlops(model), 3)));
            foreach (var row in Rows(model, llama, rounds, limits[^1].TeraFlops, bandwidth))
            {
                Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {row.Type}, {row.Work}: {row.Ratio:0.00} ({row.Low:0.00} to {row.High:0.00}) times as fast as llama.cpp; {row.Milliseconds} ms against {row.PeerMilliseconds}"));
                rows.Add(row);
            }
            File.Delete(gguf);
            save(new PeersDocument(Hardware.Describe(), llama.Description, Math.Round(bandwidth, 1), [.. limits], [.. rows]));
        }
    }

    private static IEnumerable<PeerRow> Rows(LlavaModel model, LlamaCpp llama, int rounds, double teraFlops, double bandwidth)
    {
        using var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var weights = Multiplied(model);
        foreach (var length in Lengths)
        {
            using var batch = Prompt(model, length);
            using var bare = new BareSequence(model, 1, length);
            var times = Triples(rounds, () => Seconds(() => unreduced.Generate(batch, 1)), () => llama.Prefill(length), () => Seconds(bare.Run));
            var peak = 2.0 * (weights.Layers * length + weights.Head) / 1e12 / teraFlops; // seconds at the limit
            yield return Row($"prefill of {length} tokens", times, 1, peak);
        }
        using var prompt = Prompt(model, DecodedBehind);
        var decoding = Triples(rounds, () => DecoderSpeed.DecodingSeconds(unreduced, prompt, DecodedTokens), () => llama.Decode(DecodedBehind, DecodedTokens), () => 0);
        yield return Row($"a token behind {DecodedBehind}", decoding, DecodedTokens, (weights.Layers + weights.Head) * BytesPerWeight(model) / 1e9 / bandwidth);

        PeerRow Row(string work, (double Ours, double Theirs, double Bare)[] times, int parts, double limit)
        {
            var ratio = PairedRatio.Of([.. times.Select(time => time.Theirs / time.Ours)]);
            double Median(Func<(double Ours, double Theirs, double Bare), double> which) => Statistics.Median([.. times.Select(which)]) / parts;
            var (ours, theirs) = (Median(time => time.Ours), Median(time => time.Theirs));
            return new PeerRow($"{model.WeightType}", work, Rounded(ours), Rounded(theirs), Math.Round(ratio.Median, 3), Math.Round(ratio.Low, 3), Math.Round(ratio.High, 3), Rounded(Median(time => time.Bare)),
                Math.Round(limit / ours, 3), Math.Round(limit / theirs, 3));
        }

        static double Rounded(double seconds) => Math.Round(seconds * 1000, 1);
    }

    // After one round that does not count.
    private static (double Ours, double Theirs, double Bare)[] Triples(int rounds, Func<double> ours, Func<double> theirs, Func<double> bare) =>
        [.. Enumerable.Range(-1, rounds + 1).Select(_ => (ours(), theirs(), bare())).ToArray().Skip(1)];

    internal static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Token ids alone: what was an image's is as many words.</summary>
    internal static int[] Ids(int length) => [.. Enumerable.Range(0, length).Select(i => 3 + i % 1000)];

    /// <summary>The same as a batch.</summary>
    internal static PromptBatch Prompt(LlavaModel model, int length) => PromptBatch.Create(model, [Ids(length)], null);

    // Numbers in the decoder's matrices.
    private static (double Layers, double Head) Multiplied(LlavaModel model)
    {
        var text = model.Config.Text;
        double d = text.HiddenSize, q = text.HeadCount * text.HeadSize, kv = text.KeyValueHeadCount * text.HeadSize;
        return (text.LayerCount * (2 * d * q + 2 * d * kv + 3 * d * text.IntermediateSize), d * text.VocabularySize);
    }

    private static double BytesPerWeight(LlavaModel model) => model.WeightType switch { ModelDataType.Float32 => 4, ModelDataType.Int8 => 1, _ => 2 };

    // Of the layer that has most to multiply, on many rows.
    private static double TeraFlops(LlavaModel model)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        var layer = Linear.Of(name => model.Weights[name], "language_model.model.layers.0.mlp.gate_proj", bias: false);
        var x = randn(1024, model.HiddenSize, dtype: model.DataType);
        var best = Enumerable.Range(0, 10).Min(_ => Seconds(() =>
        {
            using var step = NewDisposeScope();
            layer.Apply(x);
        }));
        return 2.0 * 1024 * model.HiddenSize * model.IntermediateSize / best / 1e12;
    }

    // Bytes read and bytes written.
    private static double CopyBandwidth()
    {
        using var scope = NewDisposeScope();
        var (from, to) = (zeros(1 << 27), zeros(1 << 27));
        return 2 * 4.0 * (1 << 27) / Enumerable.Range(0, 5).Min(_ => Seconds(() => to.copy_(from))) / 1e9;
    }
}
