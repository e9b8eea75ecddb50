
namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a LLaVA-NeXT model (LLaVA-1.6): LLaVA's parts, and the resolutions that images are cut into tiles at. Fields that a
/// file omits have the defaults of transformers' <c>LlavaNextConfig</c>.
/// </summary>
[ModelType("llava_next")]
public record LlavaNextConfig : LlavaConfig
{
    private static readonly ImageSize[] Published = [new(336, 672), new(672, 336), new(672, 672), new(1008, 336), new(336, 1008)];

    /// <summary>With the defaults.</summary>
    public LlavaNextConfig() => GridPinpoints = Published;

    /// <summary>What LLaVA's families have in common, with resolutions.</summary>
    private protected LlavaNextConfig(LlavaConfig common, IReadOnlyList<ImageSize> pinpoints) : base(common) => GridPinpoints = pinpoints;

    /// <summary>The resolutions that an image may be resized to; multiples of the vision tower's image size.</summary>
    public IReadOnlyList<ImageSize> GridPinpoints { get; init; }

    /// <inheritdoc/>
    public override ImageProcessor LoadImages(string folder, ImagePadding padding, List<string> notes) =>
        TileImageProcessor.Load(folder, Vision.ImageSize, GridPinpoints, notes);

    /// <inheritdoc/>
    public override string DescribeImages() =>
        $"{VisualTokens} visual tokens of the whole image and of each tile of {Vision.ImageSize} x " +
        $"{Vision.ImageSize} pixels, up to " +
        $"{GridPinpoints.Max(size => size.Height / Vision.ImageSize * (size.Width / Vision.ImageSize))} tiles.";

    /// <inheritdoc/>
    public override IReadOnlyList<WeightShape> Weights => [.. base.Weights, new("image_newline", Text.HiddenSize)];

    internal static new LlavaNextConfig Read(ConfigFile file)
    {
        var common = Read(file, new LlavaConfig(), "llama");
        var config = new LlavaNextConfig(common, Checkpoints.GridPinpoints.Read(file.Json, common.Vision.ImageSize, Published));
        config.CheckTiles(file.Json);
        return config;
    }

    /// <summary>Checks what tiles ask for.</summary>
    /// <exception cref="EosException">EOS1009: a tile's tokens are no square grid, or there is no newline.</exception>
    private protected void CheckTiles(JsonSection json)
    {
        if (VisualTokens != Vision.GridSize * Vision.GridSize)
        {
            throw json.Unsupported("vision_feature_select_strategy", $"'{VisionFeatureSelectStrategy}'",
                "'default': the [CLS] token of a tile has no place among the rows of an image");
        }
        if (!json.Flag("use_image_newline_parameter", true))
            throw json.Unsupported("use_image_newline_parameter", "false", "true or left out: rows end with a newline");
    }
}
