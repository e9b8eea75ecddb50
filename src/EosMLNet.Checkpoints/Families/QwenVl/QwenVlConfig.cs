namespace EosMLNet.Checkpoints;

/// <summary>
/// What the configurations of the Qwen-VL families have in common: a tower that takes images and videos of any size, and a decoder whose
/// tokens have positions in time, row and column (M-RoPE).
/// </summary>
public abstract record QwenVlConfig : ModelConfig
{
    private const int UsualSide = 448; // pixels

    /// <summary>The vision tower.</summary>
    public QwenVisionConfig Vision { get; init; } = new();
    /// <summary>The token id in front of the visual tokens of an image or a video.</summary><value>The default is 151652.</value>
    public int VisionStartTokenId { get; init; } = 151652;
    /// <summary>The token id behind them.</summary><value>The default is 151653.</value>
    public int VisionEndTokenId { get; init; } = 151653;
    /// <inheritdoc/>
    /// <value>The default is 151656.</value>
    public override int? VideoTokenIndex { get; init; } = 151656;

    /// <inheritdoc/>
    public override EncoderShape Encoder => new(Vision.LayerCount, Vision.HiddenSize, Vision.IntermediateSize, Vision.HeadCount);

    /// <inheritdoc/>
    public override int TowerDepth => Vision.LayerCount;

    /// <summary>
    /// Its tower has no [CLS]. In its place stands the attention that each token receives from all others of its image, averaged, as
    /// VisionZip takes it for such towers (arXiv:2412.04467).
    /// </summary>
    public override bool HasClsAttention => true;

    /// <inheritdoc/>
    public override bool ImagesVary => true;

    /// <summary>That of an image of 448 x 448 pixels, or the size nearest to it that the image processor makes.</summary>
    public override VisualLayout UsualLayout(ImageProcessor? images)
    {
        var unit = Vision.TokenSide;
        var side = Math.Max(1, UsualSide / unit) * unit;
        var seen = images?.SizeSeen(new(UsualSide, UsualSide)) ?? new(side, side);
        return LayoutOf(new ImageShape(0, seen.Height, seen.Width));
    }

    /// <inheritdoc/>
    public override VisualLayout LayoutOf(ImageShape image)
    {
        var (steps, rows, columns) = GridOf(image);
        return new([.. Enumerable.Repeat(new VisualRegion(rows, columns), steps)]) { SecondsPerStep = image.SecondsPerStep };
    }

    /// <summary>
    /// How the visual tokens of an image lie: steps in time, rows, columns. An image that is only measured has no parts yet.
    /// </summary>
    /// <param name="image">What its encoder is given.</param>
    /// <exception cref="EosException">EOS1015: an image of that size cannot have so many parts.</exception>
    public (int Steps, int Rows, int Columns) GridOf(ImageShape image)
    {
        var unit = Vision.TokenSide;
        var (rows, columns) = (image.Height / unit, image.Width / unit);
        var patches = rows * columns * Vision.MergeSize * Vision.MergeSize;
        if (rows < 1 || columns < 1 || image.Height % unit != 0 || image.Width % unit != 0 || image.Parts % patches != 0)
        {
            throw new EosException(EosErrors.ModelInput,
                $"An image of {image.Height} x {image.Width} pixels was given as {image.Parts} patches; expected sides that are " +
                $"multiples of {unit} pixels, and {Math.Max(1, patches)} patches for each step in time.");
        }
        return (Math.Max(1, image.Parts / patches), rows, columns);
    }

    /// <inheritdoc/>
    public override StretchPositions PositionsOf(VisualLayout layout, int stretch) =>
        StretchPositions.OnGrids([.. layout.Regions.Select((grid, step) => (grid, Time(step, layout)))]);

    /// <summary>The time between two steps of a video that says nothing of it, in seconds; 0 where the model does not ask.</summary>
    public virtual double UsualSecondsPerStep => 0;

    /// <summary>The position in time of a video's step.</summary>
    private protected virtual long Time(int step, VisualLayout layout) => step;

    /// <inheritdoc/>
    public override string DescribeImages() =>
        $"1 visual token for each {Vision.TokenSide} x {Vision.TokenSide} pixels of an image, as large as it is within the limits of " +
        "its image processor.";

    /// <inheritdoc/>
    public override IReadOnlyList<WeightShape> Weights =>
    [
        .. Vision.Weights(Text.HiddenSize), .. Text.Weights("language_model.model."),
        .. TieWordEmbeddings ? [] : WeightShape.Linear("language_model.lm_head", bias: false, Text.VocabularySize, Text.HiddenSize),
    ];

    /// <inheritdoc/>
    public override ImageProcessor LoadImages(string folder, ImagePadding padding, List<string> notes) =>
        PatchImageProcessor.Load(folder, Patches with
        {
            PatchSize = Vision.PatchSize,
            MergeSize = Vision.MergeSize,
            FramesPerStep = Vision.TemporalPatchSize,
        }, notes);

    /// <summary>How images and videos become patches, in published checkpoints.</summary>
    private protected virtual PatchProcessing Patches => new(
        "Qwen2VLImageProcessor", 14, 2, 2, new(56 * 56, 28 * 28 * 16384),
        new("Qwen2VLVideoProcessor", new(128 * 28 * 28, 768 * 28 * 28), LimitsAllFrames: false,
            new(FrameSpacing.EqualSpans, Multiple: 2)));

    /// <summary>
    /// The axes of frequencies in runs: the first turn by time, the next by row, the last by column (Qwen2-VL, arXiv:2409.12191).
    /// </summary>
    private protected static IReadOnlyList<int> InRuns(int[] sections) =>
        [.. sections.SelectMany((size, axis) => Enumerable.Repeat(axis, size))];

    /// <summary>Reads what the families have in common into a family's configuration.</summary>
    /// <param name="file">The files.</param>
    /// <param name="config">A configuration of the family, with its defaults.</param>
    /// <param name="vision">The tower.</param>
    /// <param name="text">The decoder.</param>
    /// <param name="tied">Whether the output head is the embedding table.</param>
    private protected static QwenVlConfig With(
        ConfigFile file, QwenVlConfig config, QwenVisionConfig vision, LlamaConfig text, bool tied)
    {
        var json = file.Json;
        var eos = file.TokenIds("eos_token_id") ?? [151645];
        var read = config with
        {
            Vision = vision,
            Text = text,
            TieWordEmbeddings = tied,
            ImageTokenIndex = json.Int("image_token_id", 151655),
            VideoTokenIndex = json.Int("video_token_id", 151656),
            VisionStartTokenId = json.Int("vision_start_token_id", 151652),
            VisionEndTokenId = json.Int("vision_end_token_id", 151653),
            EosTokenIds = eos,
            PadTokenId = file.TokenIds("pad_token_id") is [>= 0 and var pad] ? pad : eos.FirstOrDefault(),
            BosTokenId = (file.TokenIds("bos_token_id") ?? [151643]).FirstOrDefault(),
        };
        read.CheckTokens(json);
        if (read.VideoTokenIndex < 0 || read.VideoTokenIndex == read.ImageTokenIndex)
            throw json.Unsupported("video_token_id", read.VideoTokenIndex, $"a token id other than image_token_id, {read.ImageTokenIndex}");
        return read;
    }

    /// <summary>The decoder's section: the <c>text_config</c> of newer files, all of an older one.</summary>
    private protected static JsonSection TextOf(ConfigFile file) => file.Json.Find("text_config") is null ? file.Json : file.Text;

    /// <summary>Checks that the merger writes what the decoder reads.</summary>
    /// <param name="json">The <c>vision_config</c>.</param>
    /// <param name="name">The field that has the width of visual tokens.</param>
    /// <param name="width">The decoder's width.</param>
    /// <exception cref="EosException">EOS1009: it does not.</exception>
    private protected static void RequireOutput(JsonSection json, string name, int width)
    {
        if (json.Int(name, width) is var output && output != width)
            throw json.Unsupported(name, output, $"{width}, the decoder's hidden_size");
    }
}
