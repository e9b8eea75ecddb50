using System.Diagnostics;
using Benchmarks.Quality;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>Loading a checkpoint of 1.2 GB, held against reading the same files, which are in the page cache, into one buffer that is used over and over.</summary>
internal static class LoadingSpeed
{
    private const int BufferSize = 1 << 20;

    private static readonly LlavaConfig Config = new()
    {
        Text = new LlamaConfig { HiddenSize = 2048, IntermediateSize = 5632, LayerCount = 5, HeadCount = 32, KeyValueHeadCount = 32, HeadSize = 64, VocabularySize = 8192 },
        Vision = new ClipVisionConfig { HiddenSize = 512, IntermediateSize = 2048, LayerCount = 4, HeadCount = 8 },
        ImageTokenIndex = 8191,
    };

    /// <summary>Writes the checkpoint into a temporary folder, loads it, and deletes it.</summary>
    /// <param name="rounds">How often both are timed, in turns.</param>
    /// <param name="shards">Over how many files the weights are spread.</param>
    /// <param name="stored">The type they are stored in.</param>
    /// <param name="loaded">The type they are loaded in.</param>
    /// <returns>
    /// Of each round, the seconds of reading divided by the seconds of loading, reading into the one buffer and, with one thread, into fresh memory as large as the files; and how much the working set grew at most during the first load, divided by the bytes of the weights that were loaded (Linux only:
    /// elsewhere the peak is that of the whole process).
    /// </returns>
    internal static (IReadOnlyList<double> ToBuffer, IReadOnlyList<double> ToFreshMemory, double PeakPerWeights) Measure(int rounds, int shards = 1, ScalarType stored = ScalarType.Float32, ScalarType loaded = ScalarType.Float32)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Directory.CreateTempSubdirectory("eos-loading-").FullName;
        try
        {
            string[] files = [.. RandomCheckpoint.Write(Config, folder, shards, stored)];
            var buffer = new byte[BufferSize];
            Array.ForEach(files, file => ReadThrough(file, buffer));
            var peak = PeakPerWeights(folder, loaded);
            double[] toBuffer = new double[rounds], toFreshMemory = new double[rounds];
            for (var round = 0; round < rounds; round++)
            {
                var reading = Seconds(() => Array.ForEach(files, file => ReadThrough(file, buffer)));
                var fresh = new List<Tensor>();
                var filling = Seconds(() => fresh.AddRange(files.Select(ReadWhole)));
                fresh.ForEach(memory => memory.Dispose());
                LlavaModel? model = null;
                var loading = Seconds(() => model = LlavaModel.Load(folder, DataTypes.Of(loaded), use: ModelUse.Search));
                model!.Dispose();
                (toBuffer[round], toFreshMemory[round]) = (reading / loading, filling / loading);
            }
            return (toBuffer, toFreshMemory, peak);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The time from a folder and a plan's file to the first answer, held against the time of loading and that of the same answer once
    /// more: what is left is what the first answer waits for, which is the comparison of the weights with those that the plan names.
    /// </summary>
    /// <param name="rounds">How often it is timed, after one round that does not count.</param>
    /// <param name="mean">Mean visual tokens a layer of the plan; null for all of them.</param>
    /// <param name="newTokens">Tokens of the answer.</param>
    /// <returns>Of each round: with the weights hashed beside the work, as they are; and in front of it, as they once were.</returns>
    internal static IReadOnlyList<(FirstAnswerTimes Beside, FirstAnswerTimes InFront)> FirstAnswer(int rounds, int? mean, int newTokens)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Directory.CreateTempSubdirectory("eos-loading-").FullName;
        try
        {
            RandomCheckpoint.Write(Config, folder, shards: 1, ScalarType.Float32);
            var planFile = Path.Combine(folder, "plan.json");
            using (var model = LlavaModel.Load(folder))
                (mean is { } tokens ? TypicalPlan.Of(model.ToPlanModel(), tokens) : ReductionPlan.Identity(model.ToPlanModel())).Save(planFile);
            var times = new List<(FirstAnswerTimes, FirstAnswerTimes)>();
            for (var round = 0; round <= rounds; round++)
            {
                var beside = Answer(hashInFront: false);
                var inFront = Answer(hashInFront: true);
                if (round > 0)
                    times.Add((beside, inFront));
            }
            return times;

            FirstAnswerTimes Answer(bool hashInFront)
            {
                LlavaModel? loaded = null;
                ReducedModel? reduced = null;
                var load = Seconds(() => loaded = LlavaModel.Load(folder));
                using var model = loaded!;
                using var batch = LargeModel.Batch(model, rows: 1, textTokens: 32);
                var first = Seconds(() =>
                {
                    if (hashInFront)
                        _ = model.Fingerprint;
                    reduced = new ReducedModel(model, ReductionPlan.Load(planFile));
                    reduced.Generate(batch, newTokens);
                });
                var second = Seconds(() => reduced!.Generate(batch, newTokens));
                reduced!.Dispose();
                return new FirstAnswerTimes(load, first, second);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void ReadThrough(string path, byte[] buffer)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        long offset = 0;
        for (int count; (count = RandomAccess.Read(file, buffer, offset)) > 0;)
            offset += count;
    }

    private static Tensor ReadWhole(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var memory = empty(RandomAccess.GetLength(file), ScalarType.Byte).DetachFromDisposeScope();
        for (long offset = 0, count; offset < memory.shape[0]; offset += count)
        {
            using var piece = memory.narrow(0, offset, Math.Min(BufferSize, memory.shape[0] - offset));
            count = RandomAccess.Read(file, piece.bytes, offset);
        }
        return memory;
    }

    private static double PeakPerWeights(string folder, ScalarType loaded)
    {
        MemoryPeak.Begin();
        var before = Environment.WorkingSet;
        using var model = LlavaModel.Load(folder, DataTypes.Of(loaded), use: ModelUse.Search);
        return (MemoryPeak.Bytes() - before) / (double)model.Weights.Values.Sum(weight => weight.numel() * weight.element_size());
    }
}
