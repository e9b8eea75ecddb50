using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>The shape of <c>scenes-llava</c> (2.3 million parameters) and its weights before training.</summary>
internal static class BaseModel
{
    private const int Width = 128;

    public static LlavaConfig Config(int vocabularySize) => new()
    {
        Vision = new ClipVisionConfig { HiddenSize = Width, IntermediateSize = 512, LayerCount = 4, HeadCount = 4, ImageSize = 96, PatchSize = 8 },
        Text = new LlamaConfig
        {
            VocabularySize = vocabularySize, HiddenSize = Width, IntermediateSize = 384, LayerCount = 6, HeadCount = 4, KeyValueHeadCount = 4,
            HeadSize = 32, MaxPositions = 512,
        },
        BosTokenId = Vocabulary.Bos, EosTokenIds = [Vocabulary.Eos], PadTokenId = Vocabulary.Pad, ImageTokenIndex = Vocabulary.Image,
        VisionFeatureLayer = -1, TieWordEmbeddings = true,
    };

    /// <summary>A model whose weights require a gradient: random ones, or those of the checkpoint folder <paramref name="resume"/>.</summary>
    public static LlavaModel Create(LlavaConfig config, int seed, string? resume)
    {
        if (resume is null)
        {
            random.manual_seed(seed);
            return new LlavaModel(config, (name, shape) => Trainable(Initial(config, name, shape)));
        }
        using var checkpoint = Checkpoint.Open(resume);
        return new LlavaModel(config, (name, shape) => Trainable(checkpoint.Read(name, shape, ScalarType.Float32, CPU)));
    }

    private static Tensor Trainable(Tensor weight) => weight.requires_grad_();

    private static Tensor Initial(LlavaConfig config, string name, long[] shape)
    {
        using var scope = NewDisposeScope();
        if (name.EndsWith("position_embedding.weight", StringComparison.Ordinal))
            return PlanePositions(config.Vision.GridSize, Width).MoveToOuterDisposeScope();
        if (name.EndsWith(".bias", StringComparison.Ordinal))
            return zeros(shape).MoveToOuterDisposeScope();
        if (name.Contains("norm", StringComparison.Ordinal))
            return ones(shape).MoveToOuterDisposeScope();
        var inputs = shape.Length > 1 ? shape[1..].Aggregate((a, b) => a * b) : 1;
        return randn(shape).Mul(name switch
        {
            _ when name.Contains("embed_tokens") => 0.05,
            _ when name.Contains("class_embedding") => 0.5,
            _ when name.Contains("out_proj") || name.Contains("fc2") => 0.8 / Math.Sqrt(inputs * 2 * config.Vision.LayerCount),
            _ when name.Contains("o_proj") || name.Contains("down_proj") => 0.8 / Math.Sqrt(inputs * 2 * config.Text.LayerCount),
            _ => 0.8 / Math.Sqrt(inputs),
        }).MoveToOuterDisposeScope();
    }

    // Sines and cosines of the patch's column and row instead of noise: a tower this small would spend its first minutes on learning where patches lie.
    private static Tensor PlanePositions(int grid, int width)
    {
        var values = new float[(grid * grid + 1) * width]; // row 0 is the class token's
        for (var patch = 0; patch < grid * grid; patch++)
            for (var i = 0; i < width; i++)
            {
                var axis = i < width / 2 ? patch % grid : patch / grid;
                var frequency = Math.PI / grid * Math.Pow(10, -(i / 2 % (width / 4)) / (width / 4.0)) * 4;
                values[(patch + 1) * width + i] = (float)(0.5 * (i % 2 == 0 ? Math.Sin(axis * frequency) : Math.Cos(axis * frequency)));
            }
        return tensor(values, [grid * grid + 1, width]);
    }
}
