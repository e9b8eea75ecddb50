using System.Diagnostics;
using System.Text.Json.Nodes;
using Benchmarks.Quality;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
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
            string[] files = [.. WriteCheckpoint(folder, shards, stored)];
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
                var loading = Seconds(() => model = LlavaModel.Load(folder, loaded));
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
        using var model = LlavaModel.Load(folder, loaded);
        return (MemoryPeak.Bytes() - before) / (double)model.Weights.Values.Sum(weight => weight.numel() * weight.element_size());
    }

    // Every weight repeats one row of random numbers, so that writing leaves little memory behind that loading could use again.
    private static IEnumerable<string> WriteCheckpoint(string folder, int shards, ScalarType stored)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weights = new List<KeyValuePair<string, Tensor>>();
        new LlavaModel(Config, (name, shape) =>
        {
            weights.Add(new(name, randn(shape[^1]).to(stored).expand(shape)));
            return empty(shape, device: META);
        }).Dispose();
        Config.Save(folder);
        if (shards == 1)
            return [Write("model.safetensors", weights)];
        var parts = weights.Chunk((weights.Count + shards - 1) / shards).Select((part, i) => (Name: $"model-{i + 1:00000}-of-{shards:00000}.safetensors", Weights: part)).ToList();
        var map = parts.SelectMany(part => part.Weights.Select(weight => KeyValuePair.Create<string, JsonNode?>(weight.Key, part.Name)));
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = new JsonObject(map) }.ToJsonString());
        return parts.Select(part => Write(part.Name, part.Weights)).ToList();

        string Write(string name, IEnumerable<KeyValuePair<string, Tensor>> part)
        {
            SafetensorsWriter.Write(Path.Combine(folder, name), part);
            return Path.Combine(folder, name);
        }
    }
}
