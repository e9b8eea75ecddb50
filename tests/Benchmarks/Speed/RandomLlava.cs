using EosMLNet.Checkpoints;
using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>A LLaVA with random weights: what a pass costs does not depend on their values.</summary>
internal static class RandomLlava
{
    /// <summary>The width of TinyLlama-1.1B (grouped-query attention) with eight of its layers, 418 million parameters, behind a small tower of 576 patches.</summary>
    internal static LlavaConfig Large { get; } = new()
    {
        Text = new LlamaConfig { HiddenSize = 2048, IntermediateSize = 5632, LayerCount = 8, HeadCount = 32, KeyValueHeadCount = 4, HeadSize = 64 },
        Vision = new ClipVisionConfig { HiddenSize = 128, IntermediateSize = 512, LayerCount = 3, HeadCount = 4 },
        ImageTokenIndex = 31_999,
        EosTokenIds = [],                    // answers go on as long as they may
    };

    internal static LlavaModel Create(LlavaConfig config, int seed = 1)
    {
        TorchRuntime.EnsureLoaded();
        using var generator = new Generator((ulong)seed);
        using var guard = no_grad();
        return new LlavaModel(config, (_, shape) =>
        {
            using var scope = NewDisposeScope();
            // Matrices keep their input's length; norms and biases are near one and zero, as one vector kind.
            return (shape.Length == 1 ? ones(shape) : randn(shape, generator: generator).Over(Math.Sqrt(shape[1..].Aggregate(1L, (product, n) => product * n)))).MoveToOuterDisposeScope();
        });
    }

    internal static long Parameters(VisionLanguageModel model) => model.Weights.Values.Sum(weight => weight.numel());

    /// <summary>Rows of one picture each and so many text tokens, half of them in front of it.</summary>
    internal static PromptBatch Batch(VisionLanguageModel model, int rows, int textTokens, int seed = 1)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var vision = new VisionOutput(randn([rows, model.VisualTokens, model.HiddenSize], generator: generator), rand([rows, model.VisualTokens], generator: generator));
        var random = new Random(seed);
        int[] words = [.. Enumerable.Range(3, model.VocabularySize - 3).Where(id => id != model.ImageTokenId)];
        int[] Text(int count) => [.. Enumerable.Range(0, count).Select(_ => words[random.Next(words.Length)])];
        return PromptBatch.Create(model, [.. Enumerable.Range(0, rows).Select(_ => (int[])[.. Text(textTokens / 2), model.ImageTokenId, .. Text(textTokens - textTokens / 2)])], vision.MoveToOuterDisposeScope());
    }
}
