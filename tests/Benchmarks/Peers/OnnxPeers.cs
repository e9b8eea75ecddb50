using System.Diagnostics;
using Benchmarks.Report;
using Benchmarks.Speed;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace Benchmarks.Peers;

/// <summary>Times ONNX Runtime, torch's engine and llama.cpp on the same decoder and the same prompts, in turns.</summary>
internal static class OnnxPeers
{
    // Threads that one program leaves spinning are asleep when the next one begins.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    // Of ONNX Runtime's weights: int8 first, which the others are compared with.
    private static readonly OnnxWeights[] Kinds = [OnnxWeights.Int8, OnnxWeights.Int4, OnnxWeights.Stored];

    /// <summary>Measures.</summary>
    /// <param name="folder">The checkpoint, in bfloat16.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="rounds">How often each is timed, after one round that does not count.</param>
    /// <param name="hardware">The machine.</param>
    /// <param name="save">Told what is there, after each kind of weights.</param>
    internal static void Measure(string folder, LlavaConfig config, int rounds, string hardware, Action<OnnxPart> save)
    {
        var (gguf, threads) = (Path.Combine(folder, "onnx.gguf"), get_num_threads());
        GgufFile.Write(gguf, config.Text, GgufType.Q8);
        using var llama = new LlamaCpp(gguf, threads);
        using var half = LlavaModel.Load(folder, ModelDataType.BFloat16);
        using var eight = CpuSpeed.HasInt8 ? LlavaModel.Load(folder, ModelDataType.Int8) : null;
        Contender[] others = [.. new[] { half, eight }.OfType<LlavaModel>().Select(OfTorch), new("llama.cpp Q8_0", llama.Prefill, llama.Decode)];
        var rows = new List<OnnxPeerRow>();
        foreach (var kind in Kinds)
        {
            var exported = Path.Combine(folder, $"{kind}");
            using (var onnx = Load(folder, exported, kind, threads))
                rows.AddRange(Rows(kind == OnnxWeights.Stored ? "Float32" : $"{kind}", OfOnnx(onnx), others, rounds));
            if (Directory.Exists(exported))
                Directory.Delete(exported, recursive: true);
            save(new OnnxPart(hardware, llama.Description, rounds, [.. rows]));
        }
        File.Delete(gguf);
    }

    private static OnnxModel Load(string folder, string exported, OnnxWeights kind, int threads)
    {
        var options = new OnnxOptions { Threads = threads };
        if (kind == OnnxWeights.Stored)
            return OnnxModel.Load(folder, options: options);
        OnnxExport.Write(folder, null, exported, new OnnxExportOptions { Weights = kind });
        return OnnxModel.LoadExported(exported, options);
    }

    private static IEnumerable<OnnxPeerRow> Rows(string weights, Contender onnx, Contender[] others, int rounds)
    {
        Contender[] all = [onnx, .. others];
        foreach (var length in PeersCommand.Lengths)
            yield return Row($"prefill of {length} tokens", 1, [.. all.Select(one => Rested(() => one.Prefill(length)))]);
        yield return Row($"a token behind {PeersCommand.DecodedBehind}", PeersCommand.DecodedTokens,
            [.. all.Select(one => Rested(() => one.Decode(PeersCommand.DecodedBehind, PeersCommand.DecodedTokens)))]);

        OnnxPeerRow Row(string work, int parts, Func<double>[] timed)
        {
            var seconds = Interleaved.Told(rounds, timed);
            var row = new OnnxPeerRow(weights, work, Milliseconds(seconds[0], parts), [.. others.Select((other, i) => new OnnxPeer(other.Name, Milliseconds(seconds[i + 1], parts),
                PairedRatio.Of([.. seconds[i + 1].Zip(seconds[0], (theirs, ours) => theirs / ours)])))]);
            Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} ONNX Runtime {weights}, {work}: {row.Milliseconds} ms; ")
                + string.Join(", ", row.Others.Select(other => FormattableString.Invariant($"{other.Name} {other.Milliseconds} ms ({other.Ratio.Median:0.00})"))));
            return row;
        }
    }

    private static double Milliseconds(double[] seconds, int parts) => Math.Round(Statistics.Median(seconds) / parts * 1000, 1);

    private static Func<double> Rested(Func<double> timed) => () =>
    {
        Thread.Sleep(Rest);
        return timed();
    };

    private static Contender OfTorch(LlavaModel model)
    {
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        return new($"torch {model.WeightType}", length =>
        {
            using var batch = PeersCommand.Prompt(model, length);
            return PeersCommand.Seconds(() => unreduced.Generate(batch, 1));
        }, (behind, tokens) =>
        {
            using var batch = PeersCommand.Prompt(model, behind);
            return DecoderSpeed.DecodingSeconds(unreduced, batch, tokens);
        });
    }

    private static Contender OfOnnx(OnnxModel model)
    {
        return new("ONNX Runtime", length => PeersCommand.Seconds(() => model.GenerateEncoded([(PeersCommand.Ids(length), [])], 1)), Decode);

        // From the first token, which the prefill gives, to the last.
        double Decode(int behind, int tokens)
        {
            var told = new List<long>();
            model.GenerateEncoded([(PeersCommand.Ids(behind), [])], 1 + tokens, (_, _) => told.Add(Stopwatch.GetTimestamp()));
            return told.Count == 1 + tokens ? Stopwatch.GetElapsedTime(told[0], told[^1]).TotalSeconds
                : throw new InvalidOperationException($"ONNX Runtime ended behind {told.Count} tokens.");
        }
    }

    // A program with the decoder: seconds of a prompt of some tokens, and of further tokens behind such a prompt.
    private sealed record Contender(string Name, Func<int, double> Prefill, Func<int, int, double> Decode);
}
