using System.Reflection;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a vision-language model: what all families have in common. The family is found by its <c>model_type</c>.
/// </summary>
public abstract record ModelConfig
{
    private static readonly Lazy<IReadOnlyDictionary<string, Type>> Families = new(ModelTypeAttribute.Find<ModelConfig>);

    /// <summary>The decoder.</summary>
    public LlamaConfig Text { get; init; } = new();
    /// <summary>The token id that stands for one visual token.</summary><value>The default is 32000.</value>
    public int ImageTokenIndex { get; init; } = 32000;
    /// <summary>The token id that stands for one visual token of a video.</summary><value>The default is null: it takes no videos.</value>
    public virtual int? VideoTokenIndex { get; init; }
    /// <summary>The token id that fills a batch's shorter rows.</summary><value>The default is the first end-of-sequence id.</value>
    public int PadTokenId { get; init; } = 2;
    /// <summary>Whether the output head is the embedding table.</summary><value>The default is false.</value>
    public bool TieWordEmbeddings { get; init; }
    /// <summary>The token ids that end an answer.</summary><value>The default is 2.</value>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [2];
    /// <summary>The token id that begins a prompt.</summary><value>The default is 1.</value>
    public int BosTokenId { get; init; } = 1;

    /// <summary>The <c>model_type</c> of the family.</summary>
    public string ModelType => GetType().GetCustomAttribute<ModelTypeAttribute>()!.ModelType;

    /// <summary>The weights that the model has, in the order of its layers.</summary>
    public abstract IReadOnlyList<WeightShape> Weights { get; }

    /// <summary>The shape of the vision encoder.</summary>
    public abstract EncoderShape Encoder { get; }

    /// <summary>Number of blocks of the vision tower that are run.</summary>
    public abstract int TowerDepth { get; }

    /// <summary>Whether the tower tells how much attention each visual token gets.</summary>
    public abstract bool HasClsAttention { get; }

    /// <summary>Whether images have different numbers of visual tokens, depending on their size.</summary>
    public virtual bool ImagesVary => false;

    /// <summary>The token ids that stand for visual tokens: that of images, and of videos where the model has them.</summary>
    public IReadOnlyList<int> VisualTokenIds => VideoTokenIndex is { } video ? [ImageTokenIndex, video] : [ImageTokenIndex];

    /// <summary>How many numbers the position of a token is.</summary>
    public int PositionAxes => Text.RopeAxes is null ? 1 : Text.RopeAxes.Max() + 1;

    /// <summary>How the visual tokens of the model's usual image lie; of every image, where <see cref="ImagesVary"/> is false.</summary>
    /// <param name="images">The folder's image processor, where it has one.</param>
    public abstract VisualLayout UsualLayout(ImageProcessor? images);

    /// <summary>How the visual tokens of an image lie.</summary>
    /// <param name="image">What its encoder is given.</param>
    /// <exception cref="EosException">EOS1015: an image of that size cannot have so many parts.</exception>
    public virtual VisualLayout LayoutOf(ImageShape image) => UsualLayout(null);

    /// <summary>
    /// The stretches of a prompt that an image's visual tokens stand in, as the number of tokens in each: one, unless the family writes
    /// text between the steps of a video.
    /// </summary>
    /// <param name="layout">How the image's tokens lie.</param>
    public virtual IReadOnlyList<int> Stretches(VisualLayout layout) => [layout.Count];

    /// <summary>The positions of the visual tokens of one stretch of an image, counted from its first token.</summary>
    /// <param name="layout">How the image's tokens lie.</param>
    /// <param name="stretch">Which of its stretches, from 0.</param>
    public virtual StretchPositions PositionsOf(VisualLayout layout, int stretch) => StretchPositions.Counted(Stretches(layout)[stretch]);

    /// <summary>What a plan records of the model.</summary>
    /// <param name="images">The folder's image processor, where it has one.</param>
    /// <param name="identity">The weights' fingerprint.</param>
    public PlanModel ToPlanModel(ImageProcessor? images, ModelFingerprint identity)
    {
        var usual = UsualLayout(images);
        return new()
        {
            Family = ModelType,
            Identity = identity,
            Layers = Text.LayerCount,
            TowerLayers = TowerDepth,
            VisualTokens = usual.Count,
            Grid = usual.Grid,
            ImagesVary = ImagesVary,
            HiddenSize = Text.HiddenSize,
            IntermediateSize = Text.IntermediateSize,
            Heads = Text.HeadCount,
            KeyValueHeads = Text.KeyValueHeadCount,
            HeadSize = Text.HeadSize,
        };
    }

    /// <summary>A sentence about the visual tokens that images become.</summary>
    public abstract string DescribeImages();

    /// <summary>Reads the folder's image processor.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="padding">What becomes of images that are not square, where that is a choice.</param>
    /// <param name="notes">Receives a sentence where defaults are taken, or where two files disagree.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported file, or one that belongs to another model.</exception>
    public abstract ImageProcessor LoadImages(string folder, ImagePadding padding, List<string> notes);

    /// <summary>The families that can be read, by their <c>model_type</c>.</summary>
    public static IEnumerable<string> ModelTypes => Families.Value.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads <c>config.json</c> and, where there is one, <c>generation_config.json</c> of a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="notes">Receives a sentence for each setting of the files that has no effect here.</param>
    /// <exception cref="EosException">EOS1001: no such folder or file. EOS1008: malformed JSON. EOS1009: a model that is not supported, or
    /// sizes that make no sense.</exception>
    public static ModelConfig Load(string folder, List<string>? notes = null)
    {
        var json = ReadJson(folder);
        AuthorsLayout.Refuse(json);
        var type = json.Text("model_type");
        if (type is null || !Families.Value.TryGetValue(type, out var family))
            throw json.Unsupported("model_type", type is null ? null : $"'{type}'", $"one of {string.Join(", ", ModelTypes)}");
        Quantization.Refuse(json);
        Quantization.Refuse(json.Section("text_config"));
        var file = new ConfigFile(json, JsonSection.ReadIfExists(Path.Combine(folder, "generation_config.json")), notes ?? []);
        NoteDecoding(file.Generation, file.Notes);
        var read = family.GetMethod("Read", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public, [typeof(ConfigFile)])
            ?? throw new InvalidOperationException($"{family.Name} has no method Read that takes a ConfigFile.");
        return read.CreateDelegate<Func<ConfigFile, ModelConfig>>()(file);
    }

    /// <summary>Checks that a checkpoint has all of the model's weights; none is read.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>A sentence where it has weights that the model does not use; mostly none.</returns>
    /// <exception cref="EosException">EOS1004: a weight does not hold floating-point numbers. EOS1005: one has another shape. EOS1006: one
    /// is not there.</exception>
    public IReadOnlyList<string> CheckWeights(Checkpoint checkpoint)
    {
        var weights = Weights;
        foreach (var (name, shape) in weights)
            checkpoint.Locate(name, shape);
        return checkpoint.NoteUnused([.. weights.Select(weight => weight.Name)]);
    }

    /// <summary>Checks what all families have in common.</summary>
    /// <exception cref="EosException">EOS1009: a token id that makes no sense.</exception>
    private protected void CheckTokens(JsonSection json)
    {
        if (ImageTokenIndex < 0)
            throw json.Unsupported("image_token_index", ImageTokenIndex, "a token id");
        if (EosTokenIds.Count == 0 || EosTokenIds.Any(id => id < 0 || id >= Text.VocabularySize))
            throw json.Unsupported("eos_token_id", $"[{string.Join(", ", EosTokenIds)}]", $"token ids below {Text.VocabularySize}");
        if (BosTokenId < 0 || BosTokenId >= Text.VocabularySize)
            throw json.Unsupported("bos_token_id", BosTokenId, $"a token id below {Text.VocabularySize}");
    }

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
            .. generation.Int("no_repeat_ngram_size", 0) > 0
                ? (string[])[$"no_repeat_ngram_size {generation.Int("no_repeat_ngram_size", 0)}"] : [],
        ];
        if (others.Length > 0)
            notes.Add($"'{generation.File}' asks for {string.Join(", ", others)}; that has no effect: answers always take the " +
                "likeliest token.");
    }
}
