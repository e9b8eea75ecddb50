using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a LLaVA-1.5 model: vision tower, two-layer projector, decoder. Read from and written to a Hugging Face folder's
/// <c>config.json</c>; fields that a file omits (the published ones omit most) have the defaults of transformers' configuration classes.
/// </summary>
[ModelType("llava")]
public record LlavaConfig : ModelConfig
{
    /// <summary>The vision tower.</summary>
    public ClipVisionConfig Vision { get; init; } = new();
    /// <summary>Which of the tower's hidden states is used: 0 is the embeddings, -1 the last layer's output.</summary>
    /// <value>The default is -2.</value>
    public int VisionFeatureLayer { get; init; } = -2;
    /// <summary><c>default</c> (the patches) or <c>full</c> (the patches after the class token).</summary>
    /// <value>The default is default.</value>
    public string VisionFeatureSelectStrategy { get; init; } = "default";
    /// <summary>The activation between the projector's two layers.</summary><value>The default is gelu, the exact one.</value>
    public string ProjectorActivation { get; init; } = "gelu";
    /// <summary>Whether the projector's two layers have biases.</summary><value>The default is true.</value>
    public bool ProjectorBias { get; init; } = true;

    /// <summary>
    /// Visual tokens that one square of pixels becomes: its patches, and the class token when <see cref="VisionFeatureSelectStrategy"/> is
    /// <c>full</c> and the tower has one.
    /// </summary>
    public int VisualTokens => Vision.GridSize * Vision.GridSize + (KeepsCls ? 1 : 0);

    /// <inheritdoc/>
    // hidden_states[0] is the tower's input and hidden_states[i] the output of layer i-1; negative numbers count from the end.
    public override int TowerDepth => VisionFeatureLayer >= 0 ? VisionFeatureLayer : Vision.LayerCount + 1 + VisionFeatureLayer;

    /// <inheritdoc/>
    public override bool HasClsAttention => Vision.HasClassToken && TowerDepth > 0;

    /// <summary>Whether the tower's [CLS] token is a visual token.</summary>
    public bool KeepsCls => Vision.HasClassToken && VisionFeatureSelectStrategy == "full";

    /// <summary>The patches of one square image.</summary>
    public VisualRegion Patches => new(Vision.GridSize, Vision.GridSize);

    /// <inheritdoc/>
    public override VisualLayout UsualLayout(ImageProcessor? images) => KeepsCls ? new(VisualRegion.Single, Patches) : new(Patches);

    /// <inheritdoc/>
    public override ImageProcessor LoadImages(string folder, ImagePadding padding, List<string> notes)
    {
        CheckProcessor(folder);
        return ClipImageProcessor.Load(folder, Vision.ImageSize, notes).With(padding);
    }

    /// <summary>Checks <c>processor_config.json</c>, if there is one: transformers counts image tokens by it.</summary>
    /// <exception cref="EosException">EOS1009: it belongs to another model.</exception>
    private protected void CheckProcessor(string folder)
    {
        if (JsonSection.ReadIfExists(Path.Combine(folder, ImageProcessorSettings.ProcessorFile)) is not { } json)
            return;
        if (json.Int("patch_size", Vision.PatchSize) is var patch && patch != Vision.PatchSize)
            throw json.Unsupported("patch_size", patch, $"{Vision.PatchSize} as in config.json; the two files do not belong together");
        if (json.Text("vision_feature_select_strategy") is { } strategy && strategy != VisionFeatureSelectStrategy)
        {
            throw json.Unsupported("vision_feature_select_strategy", $"'{strategy}'",
                $"'{VisionFeatureSelectStrategy}' as in config.json; the two files do not belong together");
        }
    }

    /// <inheritdoc/>
    public override EncoderShape Encoder => new(Vision.LayerCount, Vision.HiddenSize, Vision.IntermediateSize, Vision.HeadCount);

    /// <inheritdoc/>
    public override string DescribeImages() => $"{VisualTokens} visual tokens of images of {Vision.ImageSize} x {Vision.ImageSize} pixels.";

    /// <inheritdoc/>
    public override IReadOnlyList<WeightShape> Weights
    {
        get
        {
            const string Projector = "multi_modal_projector.";
            long vision = Vision.HiddenSize, text = Text.HiddenSize;
            return
            [
                .. Vision.Weights("vision_tower.vision_model."),
                new(Projector + "linear_1.weight", text, vision) { IsLinear = true },
                new(Projector + "linear_2.weight", text, text) { IsLinear = true },
                .. ProjectorBias ? (WeightShape[])[new(Projector + "linear_1.bias", text), new(Projector + "linear_2.bias", text)] : [],
                .. Text.Weights("language_model.model."),
                .. TieWordEmbeddings ? [] : WeightShape.Linear("language_model.lm_head", bias: false, Text.VocabularySize, text),
            ];
        }
    }

    /// <summary>Reads <c>config.json</c> and, where there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="EosException">EOS1001: no such folder or file. EOS1008: malformed JSON. EOS1009: a model that is not supported, or
    /// sizes that make no sense.</exception>
    public static LlavaConfig Load(string folder) => ModelConfig.Load(folder) is LlavaConfig { ModelType: "llava" } config ? config
        : throw JsonSection.Read(Path.Combine(folder, "config.json"))
            .Unsupported("model_type", $"'{ModelConfig.Load(folder).ModelType}'", "'llava'");

    internal static LlavaConfig Read(ConfigFile file) => Read(file, new LlavaConfig(), "llama");

    /// <summary>Reads what LLaVA's families have in common.</summary>
    /// <param name="file">The files.</param>
    /// <param name="defaults">What holds for fields that are omitted.</param>
    /// <param name="textType">The decoder's <c>model_type</c> where it is omitted.</param>
    private protected static LlavaConfig Read(ConfigFile file, LlavaConfig defaults, string textType)
    {
        var (json, text) = (file.Json, file.Text);
        var vision = json.Find("vision_config") is null ? defaults.Vision : ClipVisionConfig.From(json.Section("vision_config"));
        var eos = file.TokenIds("eos_token_id") ?? [2];
        var config = new LlavaConfig
        {
            Vision = vision,
            Text = LlamaConfig.From(text, textType),
            ImageTokenIndex = file.TokenId("image_token_index", "image_token_id", defaults.ImageTokenIndex),
            PadTokenId = file.TokenIds("pad_token_id") is [>= 0 and var pad] ? pad : eos.FirstOrDefault(),
            VisionFeatureLayer = ReadFeatureLayer(json, vision, defaults.VisionFeatureLayer),
            VisionFeatureSelectStrategy = json.Text("vision_feature_select_strategy") ?? defaults.VisionFeatureSelectStrategy,
            ProjectorActivation = json.Activation("projector_hidden_act", defaults.ProjectorActivation),
            ProjectorBias = json.Flag("multimodal_projector_bias", defaults.ProjectorBias),
            TieWordEmbeddings = text.Flag("tie_word_embeddings", json.Flag("tie_word_embeddings", defaults.TieWordEmbeddings)),
            EosTokenIds = eos,
            BosTokenId = (file.TokenIds("bos_token_id") ?? [1]).FirstOrDefault(),
        };
        return config.Checked(json);
    }

    /// <summary>Writes <c>config.json</c> with every value spelt out, as transformers reads it.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public void Save(string folder)
    {
        var eos = EosTokenIds is [var only] ? JsonValue.Create(only)
            : (JsonNode)new JsonArray([.. EosTokenIds.Select(id => JsonValue.Create(id))]);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
            ["model_type"] = "llava",
            ["ignore_index"] = -100,
            ["image_seq_length"] = VisualTokens,
            ["image_token_index"] = ImageTokenIndex,
            ["bos_token_id"] = BosTokenId,
            ["eos_token_id"] = eos,
            ["pad_token_id"] = PadTokenId,
            ["projector_hidden_act"] = ProjectorActivation,
            ["multimodal_projector_bias"] = ProjectorBias,
            ["vision_feature_layer"] = VisionFeatureLayer,
            ["vision_feature_select_strategy"] = VisionFeatureSelectStrategy,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["text_config"] = TextJson(eos),
            ["vision_config"] = VisionJson(),
        };
        AtomicFile.WriteText(Path.Combine(folder, "config.json"),
            json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private JsonObject TextJson(JsonNode eos) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = Text.VocabularySize,
        ["hidden_size"] = Text.HiddenSize,
        ["intermediate_size"] = Text.IntermediateSize,
        ["num_hidden_layers"] = Text.LayerCount,
        ["num_attention_heads"] = Text.HeadCount,
        ["num_key_value_heads"] = Text.KeyValueHeadCount,
        ["head_dim"] = Text.HeadSize,
        ["max_position_embeddings"] = Text.MaxPositions,
        ["rms_norm_eps"] = Text.RmsNormEps,
        ["rope_theta"] = Text.RopeTheta,
        ["rope_scaling"] = null,
        ["attention_bias"] = Text.AttentionBias,
        ["mlp_bias"] = Text.MlpBias,
        ["hidden_act"] = Text.Activation,
        ["bos_token_id"] = BosTokenId,
        ["eos_token_id"] = eos.DeepClone(),
        ["pad_token_id"] = PadTokenId,
        ["tie_word_embeddings"] = TieWordEmbeddings,
    };

    private JsonObject VisionJson() => new()
    {
        ["model_type"] = "clip_vision_model",
        ["hidden_size"] = Vision.HiddenSize,
        ["intermediate_size"] = Vision.IntermediateSize,
        ["num_hidden_layers"] = Vision.LayerCount,
        ["num_attention_heads"] = Vision.HeadCount,
        ["num_channels"] = Vision.ChannelCount,
        ["image_size"] = Vision.ImageSize,
        ["patch_size"] = Vision.PatchSize,
        ["hidden_act"] = Vision.Activation,
        ["layer_norm_eps"] = Vision.LayerNormEps,
        ["projection_dim"] = Vision.HiddenSize, // CLIP's own projection, which LLaVA does not use; the class asks for a size
    };

    private static int ReadFeatureLayer(JsonSection json, ClipVisionConfig vision, int fallback)
    {
        const string Name = "vision_feature_layer";
        var layers = json.Ints(Name) ?? [fallback];
        if (layers is not [var layer])
            throw json.Unsupported(Name, $"a list of {layers.Length}", "one layer: concatenated features are not supported");
        var states = vision.LayerCount + 1; // the embeddings, then each layer's output
        return layer >= -states && layer < states ? layer : throw json.Unsupported(Name, layer, $"{-states} to {states - 1}");
    }

    private LlavaConfig Checked(JsonSection json)
    {
        if (VisionFeatureSelectStrategy is not ("default" or "full"))
            throw json.Unsupported("vision_feature_select_strategy", $"'{VisionFeatureSelectStrategy}'", "'default' or 'full'");
        CheckTokens(json);
        if ((long)Vision.GridSize * Vision.GridSize > Text.MaxPositions)
            throw json.Unsupported("vision_config.image_size", Vision.ImageSize,
                $"at most {Text.MaxPositions} patches, the decoder's max_position_embeddings; it makes {Vision.GridSize} x " +
                $"{Vision.GridSize}");
        return this;
    }
}
