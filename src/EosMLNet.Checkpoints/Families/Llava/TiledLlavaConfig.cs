namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a model of LLaVA's parts that sees images as a whole and in tiles: the resolutions that images are cut into tiles
/// at.
/// </summary>
public abstract record TiledLlavaConfig : LlavaConfig
{
    /// <summary>What LLaVA's families have in common, with resolutions.</summary>
    /// <param name="common">What they have in common.</param>
    /// <param name="pinpoints">See <see cref="GridPinpoints"/>.</param>
    private protected TiledLlavaConfig(LlavaConfig common, IReadOnlyList<ImageSize> pinpoints) : base(common) => GridPinpoints = pinpoints;

    /// <summary>The resolutions that an image may be resized to; multiples of the vision tower's image size.</summary>
    public IReadOnlyList<ImageSize> GridPinpoints { get; init; }

    /// <summary>An image of many more tokens than so many tiles have is shrunk to them, on its grid.</summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public int? MaxTiles { get; init; }

    /// <inheritdoc/>
    public override bool ImagesVary => true;

    /// <summary>That of an image of one tile's size: the whole, and one tile.</summary>
    public override VisualLayout UsualLayout(ImageProcessor? images) => LayoutOf(new ImageShape(2, Vision.ImageSize, Vision.ImageSize));

    /// <inheritdoc/>
    public override VisualLayout LayoutOf(ImageShape image)
    {
        if (image.Parts == 1)
            return new(Patches, VisualRegion.Single);
        var size = GridOf(image).Size;
        return new(Patches, new VisualRegion(size.Height, size.Width, HasNewlines: true));
    }

    /// <summary>How an image lies on its tiles.</summary>
    /// <param name="image">Its size.</param>
    /// <returns>The tiles, the part of their patches that shows the image, and what that is shrunk to.</returns>
    public (ImageSize Tiles, FeatureWindow Window, ImageSize Size) GridOf(ImageShape image)
    {
        var original = new ImageSize(image.Height, image.Width);
        var tiles = AnyResolution.TileGrid(AnyResolution.BestResolution(original, GridPinpoints), Vision.ImageSize);
        var side = Vision.GridSize;
        var window = AnyResolution.Unpadded(original, new ImageSize(tiles.Height * side, tiles.Width * side));
        return (tiles, window, MaxTiles is { } most ? AnyResolution.Shrunk(window.Size, most, side) : window.Size);
    }

    /// <summary>How images are cut.</summary>
    private protected abstract TileProcessing Processing { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<WeightShape> Weights => [.. base.Weights, new("image_newline", Text.HiddenSize)];

    /// <inheritdoc/>
    public override ImageProcessor LoadImages(string folder, ImagePadding padding, List<string> notes)
    {
        CheckProcessor(folder);
        return TileImageProcessor.Load(folder, Processing, Vision.ImageSize, GridPinpoints, notes);
    }

    /// <inheritdoc/>
    public override string DescribeImages()
    {
        var (side, most) = (Vision.ImageSize, GridPinpoints.Max(size => size.Height / Vision.ImageSize * (size.Width / Vision.ImageSize)));
        return $"{VisualTokens} visual tokens of the whole image and of each tile of {side} x {side} pixels, up to {most} tiles.";
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
