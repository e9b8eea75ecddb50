using System.Text.Json;
using System.Text.Json.Nodes;

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

    /// <inheritdoc/>
    public override double UsualSecondsPerStep => 1;

    // Whole seconds only, as transformers has it since April 2025; an image has one step.
    private protected override long Time(int step, VisualLayout layout) => step * (long)layout.SecondsPerStep * PositionsPerSecond;

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

    /// <summary>Writes <c>config.json</c> in the form that the authors published, with every value spelt out.</summary>
    /// <exception cref="EosException">EOS1009: a shape that this form cannot tell. EOS2003: the file cannot be written.</exception>
    public void Save(string folder)
    {
        if (Text.RopeAxes is not { } axes || Text.HeadSize * Text.HeadCount != Text.HiddenSize || !Text.AttentionBias || Text.MlpBias)
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"The decoder has {Text.HeadCount} heads of {Text.HeadSize}, a width of {Text.HiddenSize}, and " +
                $"{(Text.AttentionBias ? "" : "no ")}biases in its attention; expected axes of positions, heads that divide the " +
                "width, and biases in the attention only. Change the configuration.");
        }
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2_5_VLForConditionalGeneration"),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = BosTokenId,
            ["eos_token_id"] = EosTokenIds is [var only] ? only : new JsonArray([.. EosTokenIds.Select(id => JsonValue.Create(id))]),
            ["pad_token_id"] = PadTokenId,
            ["vision_start_token_id"] = VisionStartTokenId,
            ["vision_end_token_id"] = VisionEndTokenId,
            ["image_token_id"] = ImageTokenIndex,
            ["video_token_id"] = VideoTokenIndex,
            ["hidden_act"] = Text.Activation,
            ["hidden_size"] = Text.HiddenSize,
            ["intermediate_size"] = Text.IntermediateSize,
            ["max_position_embeddings"] = Text.MaxPositions,
            ["model_type"] = ModelType,
            ["num_attention_heads"] = Text.HeadCount,
            ["num_hidden_layers"] = Text.LayerCount,
            ["num_key_value_heads"] = Text.KeyValueHeadCount,
            ["rms_norm_eps"] = Text.RmsNormEps,
            ["rope_theta"] = Text.RopeTheta,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["torch_dtype"] = "bfloat16",
            ["use_sliding_window"] = false,
            ["vision_config"] = VisionJson(),
            ["rope_scaling"] = new JsonObject
            {
                ["type"] = "mrope",
                ["mrope_section"] = new JsonArray([.. Enumerable.Range(0, 3).Select(axis => JsonValue.Create(axes.Count(a => a == axis)))]),
            },
            ["vocab_size"] = Text.VocabularySize,
        };
        AtomicFile.WriteText(Path.Combine(folder, "config.json"),
            json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private JsonObject VisionJson() => new()
    {
        ["depth"] = Vision.LayerCount,
        ["hidden_act"] = Vision.Activation,
        ["hidden_size"] = Vision.HiddenSize,
        ["intermediate_size"] = Vision.IntermediateSize,
        ["num_heads"] = Vision.HeadCount,
        ["in_chans"] = 3,
        ["out_hidden_size"] = Text.HiddenSize,
        ["patch_size"] = Vision.PatchSize,
        ["spatial_merge_size"] = Vision.MergeSize,
        ["spatial_patch_size"] = Vision.PatchSize,
        ["window_size"] = Vision.WindowSize,
        ["fullatt_block_indexes"] = new JsonArray([.. Vision.FullAttentionLayers.Select(layer => JsonValue.Create(layer))]),
        ["tokens_per_second"] = PositionsPerSecond,
        ["temporal_patch_size"] = Vision.TemporalPatchSize,
    };
}
