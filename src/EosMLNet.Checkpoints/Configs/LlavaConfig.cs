using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a LLaVA-1.5 model: CLIP vision tower, two-layer projector, Llama decoder. Read from and written to a Hugging Face
/// folder's <c>config.json</c>; fields that a file omits (the published ones omit most) have the defaults of transformers' configuration
/// classes.
/// </summary>
public sealed record LlavaConfig
{
    /// <summary>The vision tower.</summary>
    public ClipVisionConfig Vision { get; init; } = new();
    /// <summary>The decoder.</summary>
    public LlamaConfig Text { get; init; } = new();
    /// <summary>The token id that stands for one visual token.</summary><value>The default is 32000.</value>
    public int ImageTokenIndex { get; init; } = 32000;
    /// <summary>The token id that fills a batch's shorter rows.</summary><value>The default is the first end-of-sequence id.</value>
    public int PadTokenId { get; init; } = 2;
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
    /// <summary>Whether the output head is the embedding table.</summary><value>The default is false.</value>
    public bool TieWordEmbeddings { get; init; }
    /// <summary>The token ids that end an answer.</summary><value>The default is 2.</value>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [2];
    /// <summary>The token id that begins a prompt.</summary><value>The default is 1.</value>
    public int BosTokenId { get; init; } = 1;

    /// <summary>
    /// Visual tokens that one image becomes: its patches, and the class token when <see cref="VisionFeatureSelectStrategy"/> is
    /// <c>full</c>.
    /// </summary>
    public int VisualTokens => Vision.GridSize * Vision.GridSize + (VisionFeatureSelectStrategy == "full" ? 1 : 0);

    /// <summary>Reads <c>config.json</c> and, where there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <exception cref="EosException">EOS1001: no such folder or file. EOS1008: malformed JSON. EOS1009: a model that is not supported, or
    /// sizes that make no sense.</exception>
    public static LlavaConfig Load(string folder) => Load(folder, []);

    /// <summary>The same; <paramref name="notes"/> receives a sentence for each setting of the files that has no effect here.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="notes">Receives the sentences.</param>
    /// <exception cref="EosException">EOS1001: no such folder or file. EOS1008: malformed JSON. EOS1009: a model that is not supported, or
    /// sizes that make no sense.</exception>
    public static LlavaConfig Load(string folder, List<string> notes)
    {
        var json = ReadJson(folder);
        var generation = JsonSection.ReadIfExists(Path.Combine(folder, "generation_config.json"));
        LlavaLayout.Refuse(json);
        json.RequireModelType("llava", optional: false);
        Quantization.Refuse(json);
        var text = json.Section("text_config");
        Quantization.Refuse(text);
        NoteDecoding(generation, notes);
        var vision = json.Find("vision_config") is null ? new ClipVisionConfig() : ClipVisionConfig.From(json.Section("vision_config"));

        int[]? TokenIds(string name) => generation?.Ints(name) ?? json.Ints(name) ?? text.Ints(name);
        var eos = TokenIds("eos_token_id") ?? [2];
        var config = new LlavaConfig
        {
            Vision = vision,
            Text = LlamaConfig.From(text),
            ImageTokenIndex = ReadImageToken(json),
            PadTokenId = TokenIds("pad_token_id") is [>= 0 and var pad] ? pad : eos.FirstOrDefault(),
            VisionFeatureLayer = ReadFeatureLayer(json, vision),
            VisionFeatureSelectStrategy = json.Text("vision_feature_select_strategy") ?? "default",
            ProjectorActivation = json.Activation("projector_hidden_act", "gelu"),
            ProjectorBias = json.Flag("multimodal_projector_bias", true),
            TieWordEmbeddings = text.Flag("tie_word_embeddings", json.Flag("tie_word_embeddings", false)),
            EosTokenIds = eos,
            BosTokenId = (TokenIds("bos_token_id") ?? [1]).FirstOrDefault(),
        };
        return config.Checked(json);
    }

    /// <summary>Writes <c>config.json</c> with every value spelt out, as transformers reads it.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public void Save(string folder)
    {
        var eos = EosTokenIds is [var only] ? JsonValue.Create(only) : (JsonNode)new JsonArray([.. EosTokenIds.Select(id => JsonValue.Create(id))]);
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
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
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

    private static JsonSection ReadJson(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, "adapter_config.json")))
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"'{folder}' is an adapter (adapter_config.json, no config.json), expected a whole model. Merge it into its model first: " +
                "merge_and_unload() of the Python package peft, then save_pretrained.");
        }
        return JsonSection.Read(path);
    }

    // Older files say image_token_index, newer ones image_token_id; some say both.
    private static int ReadImageToken(JsonSection json)
    {
        var older = json.Find("image_token_index") is null ? (int?)null : json.Int("image_token_index", 0);
        var newer = json.Find("image_token_id") is null ? (int?)null : json.Int("image_token_id", 0);
        return older is null || newer is null || older == newer ? older ?? newer ?? 32000
            : throw json.Unsupported("image_token_id", newer, $"{older} as image_token_index, or one of the two only");
    }

    // transformers' generate() would follow these; here the likeliest token is always taken.
    private static void NoteDecoding(JsonSection? generation, List<string> notes)
    {
        if (generation is null)
            return;
        string[] others =
        [
            .. generation.Flag("do_sample", false) ? (string[])["do_sample true"] : [],
            .. generation.Int("num_beams", 1) > 1 ? (string[])[$"num_beams {generation.Int("num_beams", 1)}"] : [],
            .. ((string[])["repetition_penalty", "encoder_repetition_penalty"]).Where(name => generation.Number(name, 1) != 1)
                .Select(name => FormattableString.Invariant($"{name} {generation.Number(name, 1)}")),
            .. generation.Int("no_repeat_ngram_size", 0) > 0 ? (string[])[$"no_repeat_ngram_size {generation.Int("no_repeat_ngram_size", 0)}"] : [],
        ];
        if (others.Length > 0)
            notes.Add($"'{generation.File}' asks for {string.Join(", ", others)}; that has no effect: answers always take the likeliest token.");
    }

    private static int ReadFeatureLayer(JsonSection json, ClipVisionConfig vision)
    {
        const string name = "vision_feature_layer";
        var layers = json.Ints(name) ?? [-2];
        if (layers is not [var layer])
            throw json.Unsupported(name, $"a list of {layers.Length}", "one layer: concatenated features are not supported");
        var states = vision.LayerCount + 1; // the embeddings, then each layer's output
        return layer >= -states && layer < states ? layer : throw json.Unsupported(name, layer, $"{-states} to {states - 1}");
    }

    private LlavaConfig Checked(JsonSection json)
    {
        if (VisionFeatureSelectStrategy is not ("default" or "full"))
            throw json.Unsupported("vision_feature_select_strategy", $"'{VisionFeatureSelectStrategy}'", "'default' or 'full'");
        if (ImageTokenIndex < 0)
            throw json.Unsupported("image_token_index", ImageTokenIndex, "a token id");
        if (EosTokenIds.Count == 0 || EosTokenIds.Any(id => id < 0 || id >= Text.VocabularySize))
            throw json.Unsupported("eos_token_id", $"[{string.Join(", ", EosTokenIds)}]", $"token ids below {Text.VocabularySize}");
        if (BosTokenId < 0 || BosTokenId >= Text.VocabularySize)
            throw json.Unsupported("bos_token_id", BosTokenId, $"a token id below {Text.VocabularySize}");
        if ((long)Vision.GridSize * Vision.GridSize > Text.MaxPositions)
            throw json.Unsupported("vision_config.image_size", Vision.ImageSize,
                $"at most {Text.MaxPositions} patches, the decoder's max_position_embeddings; it makes {Vision.GridSize} x {Vision.GridSize}");
        return this;
    }
}
