using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>The model that decoders are timed on, and prompts for any model.</summary>
internal static class LargeModel
{
    /// <summary>The width of TinyLlama-1.1B (grouped-query attention) with eight of its layers, 489 million parameters, behind a small tower of 576 patches.</summary>
    internal static LlavaConfig Config { get; } = new()
    {
        Text = new LlamaConfig { HiddenSize = 2048, IntermediateSize = 5632, LayerCount = 8, HeadCount = 32, KeyValueHeadCount = 4, HeadSize = 64 },
        Vision = new ClipVisionConfig { HiddenSize = 128, IntermediateSize = 512, LayerCount = 3, HeadCount = 4 },
        ImageTokenIndex = 31_999,
        EosTokenIds = [],                    // answers go on as long as they may
    };

    internal static LlavaModel Create(LlavaConfig? config = null) => RandomLlava.Create(config ?? Config, ScalarType.Float32, CPU);

    /// <summary>Rows of one image each and so many text tokens, half of them in front of it.</summary>
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
