namespace Gpu.Shapes;

/// <summary>What is measured, and how much of it.</summary>
internal sealed record Shape
{
    internal required string Name { get; init; }

    /// <summary>The model; its weights are random.</summary>
    internal required LlavaConfig Config { get; init; }

    /// <summary>A model whose images are cut into tiles; its weights are random too.</summary>
    internal required LlavaOneVisionConfig Tiled { get; init; }

    /// <summary>Tiles of its image, in rows and in columns.</summary>
    internal int TileSide => 2;

    /// <summary>Mean visual tokens of its plans, as a part of the unreduced ones.</summary>
    internal IReadOnlyList<double> TiledShares => [1.0 / 3, 1.0 / 9];

    /// <summary>Mean visual tokens of the plans.</summary>
    internal required IReadOnlyList<int> Budgets { get; init; }

    /// <summary>Prompts side by side.</summary>
    internal required IReadOnlyList<int> Batches { get; init; }

    /// <summary>Text tokens of a prompt.</summary>
    internal int TextTokens => 32;

    /// <summary>Tokens that are decoded after the first one.</summary>
    internal int DecodedTokens { get; init; } = 64;

    /// <summary>How often each pass is timed; the median counts.</summary>
    internal int Repeats { get; init; } = 10;

    /// <summary>Images whose questions are answered on the device and on the CPU.</summary>
    internal int ParityImages { get; init; } = 6;

    /// <summary>n of the n×n×n matrix product.</summary>
    internal required int MatmulSize { get; init; }

    /// <summary>Bytes that are copied.</summary>
    internal required long CopyBytes { get; init; }

    /// <summary>Questions in one step of a search.</summary>
    internal required IReadOnlyList<int> SearchBatches { get; init; }

    /// <summary>Mean visual tokens that a search looks for.</summary>
    internal required int SearchBudget { get; init; }

    /// <summary>Layers whose activations a search has in memory at once.</summary>
    internal required int RecomputedLayers { get; init; }

    /// <summary>LLaVA-1.5-7B: CLIP-L/14 at 336 pixels, 32 layers of 4096, 576 visual tokens.</summary>
    internal static Shape Llava7B { get; } = new()
    {
        Name = "7b",
        Config = new() { Text = new() { VocabularySize = 32064, MaxPositions = 4096, RmsNormEps = 1e-5 }, PadTokenId = 32001 },
        // LLaVA-OneVision-7B: SigLIP at 384 pixels, 28 layers of 3584.
        Tiled = new()
        {
            Text = new()
            {
                VocabularySize = 152128, HiddenSize = 3584, IntermediateSize = 18944, LayerCount = 28, HeadCount = 28, KeyValueHeadCount = 4, MaxPositions = 32768, RopeTheta = 1e6,
                AttentionBias = true,
            },
            EosTokenIds = [151645], BosTokenId = 151643, PadTokenId = 151643,
        },
        Budgets = [192, 128, 64, 16],
        Batches = [1, 8],
        MatmulSize = 8192,
        CopyBytes = 4L << 30,
        SearchBatches = [1, 4, 16],
        SearchBudget = 64,
        RecomputedLayers = 4,
    };

    /// <summary>One that a processor runs through in seconds.</summary>
    internal static Shape Tiny { get; } = new()
    {
        Name = "tiny",
        DecodedTokens = 8,
        Repeats = 1,
        ParityImages = 1,
        Config = new()
        {
            Vision = new() { HiddenSize = 32, IntermediateSize = 64, LayerCount = 2, HeadCount = 2, ImageSize = 84 },
            Text = new() { VocabularySize = 512, HiddenSize = 64, IntermediateSize = 128, LayerCount = 8, HeadCount = 4, KeyValueHeadCount = 4, HeadSize = 16 },
            ImageTokenIndex = 3, PadTokenId = 0,
        },
        Tiled = new()
        {
            Vision = new()
            {
                HiddenSize = 32, IntermediateSize = 64, LayerCount = 2, HeadCount = 2, ImageSize = 56, Activation = "gelu_pytorch_tanh", LayerNormEps = 1e-6,
                HasClassToken = false, HasPreNorm = false, HasPatchBias = true,
            },
            Text = new() { VocabularySize = 512, HiddenSize = 64, IntermediateSize = 128, LayerCount = 8, HeadCount = 4, KeyValueHeadCount = 2, HeadSize = 16, AttentionBias = true },
            GridPinpoints = [new(56, 56), new(112, 112)], ImageTokenIndex = 3, VideoTokenIndex = 4, PadTokenId = 0,
        },
        Budgets = [12, 8, 4, 1],
        Batches = [1, 2],
        MatmulSize = 256,
        CopyBytes = 1 << 20,
        SearchBatches = [1, 2],
        SearchBudget = 8,
        RecomputedLayers = 2,
    };

    /// <summary>Finds a shape by name.</summary>
    /// <exception cref="EosException">EOS1013: there is none of this name.</exception>
    internal static Shape Of(string name) => new[] { Llava7B, Tiny }.FirstOrDefault(shape => shape.Name == name)
        ?? throw new EosException(EosErrors.InvalidOption, $"There is no shape '{name}'. Expected {Llava7B.Name} or {Tiny.Name}.");
}
