namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a Qwen2.5-VL model (arXiv:2502.13923): a tower with windows, and videos whose frames have positions in time. Fields
/// that a file omits have the defaults of transformers' <c>Qwen2_5_VLConfig</c>.
/// </summary>
[ModelType("qwen2_5_vl")]
public sealed record Qwen25VlConfig : QwenVlConfig
{
    private static readonly LlamaConfig Decoder = new()
    {
        VocabularySize = 152064, HiddenSize = 8192, IntermediateSize = 29568, LayerCount = 80, HeadCount = 64, MaxPositions = 32768,
        RmsNormEps = 1e-5, RopeTheta = 1e6, AttentionBias = true,
    };

    private static readonly QwenVisionConfig Tower = new()
    {
        HiddenSize = 3584, IntermediateSize = 3420, Activation = "silu", IsGated = true, WindowSize = 112,
    };

    /// <summary>How far a second of a video goes on in positions.</summary><value>The default is 4.</value>
    public int PositionsPerSecond { get; init; } = 4;

    internal static QwenVlConfig Read(ConfigFile file)
    {
        var (json, text) = (file.Json.Section("vision_config"), TextOf(file));
        var decoder = LlamaConfig.From(text, Decoder, keyValueHeads: 8, axes: InRuns);
        var vision = QwenVisionConfig.From(json, Tower);
        vision = vision with
        {
            IntermediateSize = json.Size("intermediate_size", Tower.IntermediateSize),
            WindowSize = json.Size("window_size", Tower.WindowSize),
            FullAttentionLayers = vision.ReadLayers(json, "fullatt_block_indexes", [7, 15, 23, 31]),
        };
        if (vision.WindowSize < vision.TokenSide)
            throw json.Unsupported("window_size", vision.WindowSize, $"at least {vision.TokenSide} pixels, the side of a visual token");
        RequireOutput(json, "out_hidden_size", decoder.HiddenSize);
        // Files with a text_config leave the field out where it is true.
        var tied = text.Flag("tie_word_embeddings", file.Json.Flag("tie_word_embeddings", file.Json.Find("text_config") is not null));
        return With(file, new Qwen25VlConfig { PositionsPerSecond = json.Size("tokens_per_second", 4) }, vision, decoder, tied);
    }
}
