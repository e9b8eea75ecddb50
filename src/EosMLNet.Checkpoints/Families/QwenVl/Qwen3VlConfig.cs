namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a Qwen3-VL model (arXiv:2511.21631): learned positions stretched over each image, and outputs of earlier blocks for
/// the decoder's first layers. Fields that a file omits have the defaults of transformers' <c>Qwen3VLConfig</c>.
/// </summary>
[ModelType("qwen3_vl")]
public sealed record Qwen3VlConfig : QwenVlConfig
{
    private const string Positions = "num_position_embeddings", DeepStack = "deepstack_visual_indexes";

    private static readonly LlamaConfig Decoder = new()
    {
        VocabularySize = 151936, HiddenSize = 4096, IntermediateSize = 22016, LayerCount = 32, HeadCount = 32, MaxPositions = 128000,
        RmsNormEps = 1e-6, RopeTheta = 5e6, QueryKeyNorm = true,
    };

    private static readonly QwenVisionConfig Tower = new()
    {
        HiddenSize = 1152, IntermediateSize = 4304, LayerCount = 27, PatchSize = 16, Activation = "gelu_pytorch_tanh", HasPatchBias = true,
        MlpNames = ("mlp.linear_fc1", "mlp.linear_fc2"), MergerNames = ("norm", "linear_fc1", "linear_fc2"),
    };

    private protected override PatchProcessing Patches => new(
        "Qwen2VLImageProcessor", 16, 2, 2, new(256 * 256, 4096 * 4096),
        new("Qwen3VLVideoProcessor", new(4096, 24576 * 32 * 32), LimitsAllFrames: true, new(FrameSpacing.FirstToLast)),
        [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    /// <inheritdoc/>
    public override IReadOnlyList<int> Stretches(VisualLayout layout) => [.. layout.Regions.Select(region => region.Count)];

    /// <inheritdoc/>
    // The time of a step is told by the text in front of it.
    public override StretchPositions PositionsOf(VisualLayout layout, int stretch) =>
        StretchPositions.OnGrids([(layout.Regions[stretch], 0)]);

    internal static QwenVlConfig Read(ConfigFile file)
    {
        var json = file.Json.Section("vision_config");
        var decoder = LlamaConfig.From(file.Text, Decoder, keyValueHeads: 32, headSize: 128, axes: InTurns);
        var vision = QwenVisionConfig.From(json, Tower);
        var positions = json.Size(Positions, 2304);
        vision = vision with
        {
            IntermediateSize = json.Size("intermediate_size", Tower.IntermediateSize),
            PositionSide = (int)Math.Round(Math.Sqrt(positions)),
            DeepStackLayers = vision.ReadLayers(json, DeepStack, [8, 16, 24]),
        };
        if (vision.PositionSide * vision.PositionSide != positions)
            throw json.Unsupported(Positions, positions, "a square number: positions lie on a square grid");
        if (vision.DeepStackLayers.Count > decoder.LayerCount)
            throw json.Unsupported(DeepStack, $"{vision.DeepStackLayers.Count} blocks",
                $"at most {decoder.LayerCount}, the decoder's layers");
        RequireOutput(json, "out_hidden_size", decoder.HiddenSize);
        return With(file, new Qwen3VlConfig(), vision, decoder, file.Text.Flag("tie_word_embeddings", false));
    }

    // Rows and columns take every third frequency, as many as they have; time takes all others.
    private static int[] InTurns(int[] sections) =>
        [.. Enumerable.Range(0, sections.Sum()).Select(i => i % 3 > 0 && i < 3 * sections[i % 3] ? i % 3 : 0)];
}
