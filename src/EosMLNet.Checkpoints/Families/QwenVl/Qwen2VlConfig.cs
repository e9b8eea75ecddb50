namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a Qwen2-VL model (arXiv:2409.12191). Fields that a file omits have the defaults of transformers'
/// <c>Qwen2VLConfig</c>.
/// </summary>
[ModelType("qwen2_vl")]
public sealed record Qwen2VlConfig : QwenVlConfig
{
    private static readonly LlamaConfig Decoder = new()
    {
        VocabularySize = 152064, HiddenSize = 8192, IntermediateSize = 29568, LayerCount = 80, HeadCount = 64, MaxPositions = 32768,
        RmsNormEps = 1e-5, RopeTheta = 1e6, AttentionBias = true,
    };

    internal static QwenVlConfig Read(ConfigFile file)
    {
        var (json, text) = (file.Json.Section("vision_config"), TextOf(file));
        var decoder = LlamaConfig.From(text, Decoder, keyValueHeads: 8, axes: InRuns);
        // embed_dim is the tower's width, hidden_size that of its visual tokens.
        var vision = QwenVisionConfig.From(json, new(), "embed_dim");
        vision = vision with { IntermediateSize = checked((int)Math.Round(vision.HiddenSize * Ratio(json))) };
        RequireOutput(json, "hidden_size", decoder.HiddenSize);
        return With(file, new Qwen2VlConfig(), vision, decoder,
            text.Flag("tie_word_embeddings", file.Json.Flag("tie_word_embeddings", false)));
    }

    private static double Ratio(JsonSection json) => json.Number("mlp_ratio", 4) is > 0 and <= 64 and var ratio ? ratio
        : throw json.Unsupported("mlp_ratio", json.Number("mlp_ratio", 4), "a number above 0, at most 64");
}
