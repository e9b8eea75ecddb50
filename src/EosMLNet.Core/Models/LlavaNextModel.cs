using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// LLaVA-NeXT (LLaVA-1.6, https://llava-vl.github.io/blog/2024-01-30-llava-next/): an image is seen as a whole and cut into tiles at a
/// resolution near its own. The tiles' patches are put together again, freed of padding, and each row ends with a newline.
/// </summary>
[ModelType("llava_next")]
public class LlavaNextModel : LlavaModel
{
    private readonly LlavaNextConfig config;
    private readonly Tensor newline;                                                                 // (d)

    /// <inheritdoc cref="LlavaModel(LlavaConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public LlavaNextModel(LlavaNextConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
        this.config = config;
        newline = Weights["image_newline"];
    }

    /// <inheritdoc/>
    public override bool ImagesVary => true;

    /// <summary>That of an image of one tile's size: the whole, and one tile.</summary>
    public override VisualLayout UsualLayout =>
        LayoutOf(new ImageShape(2, config.Vision.ImageSize, config.Vision.ImageSize));

    /// <summary>The most tiles' patches that an image may have; null for no limit.</summary>
    private protected virtual int? MaxTiles => null;

    /// <inheritdoc/>
    internal override VisualLayout LayoutOf(ImageShape image)
    {
        if (image.Parts == 1)
            return new(Patches, VisualRegion.Single);
        var (_, _, size) = Grid(image);
        return new(Patches, new VisualRegion(size.Height, size.Width, HasNewlines: true));
    }

    /// <inheritdoc/>
    private protected override VisionOutput Pack(
        IReadOnlyList<ImageShape> images, Tensor tokens, Tensor? attention, Action<string, Tensor>? tap)
    {
        var (features, seen, layouts) = (new List<Tensor>(), new List<Tensor>(), new List<VisualLayout>());
        var first = 0L;
        foreach (var image in images)
        {
            features.Add(Pack(image, tokens.narrow(0, first, image.Parts), newline));
            // Nobody looks at a newline, and what the tower's [CLS] sees of a tile is a share of that tile.
            if (attention is not null)
                seen.Add(Pack(image, attention.narrow(0, first, image.Parts).unsqueeze(-1), zeros(1, attention.dtype, attention.device))
                    .squeeze(-1));
            layouts.Add(LayoutOf(image));
            first += image.Parts;
        }
        var packed = cat(features);                                                                  // (N, d)
        tap?.Invoke("packed_image", packed);
        return new VisionOutput(packed, attention is null ? null : cat(seen), null, null, layouts,
            [.. layouts.Select(layout => layout.Count)]);
    }

    /// <summary>One image's tokens of its tiles' patches, (tiles, n, d) to (N, d); rows end with a newline, (d).</summary>
    private protected virtual Tensor Pack(ImageShape image, Tensor tiles, Tensor end)
    {
        using var scope = NewDisposeScope();
        var whole = tiles[0];                                                                        // (n, d)
        if (image.Parts == 1)
            return cat([whole, end.unsqueeze(0)]).MoveToOuterDisposeScope();
        var ((rows, columns), window, size) = Grid(image);
        if (rows * columns != image.Parts - 1)
        {
            throw new EosException(EosErrors.ModelInput,
                $"An image of {image.Height} x {image.Width} pixels was given as {image.Parts} tiles; " +
                $"expected {rows * columns + 1}: the whole image, and {rows} x {columns} tiles of the resolutions that config.json lists.");
        }
        var (side, width) = (config.Vision.GridSize, tiles.shape[2]);
        var grid = tiles.narrow(0, 1, image.Parts - 1).view(rows, columns, side, side, width)
            .permute(0, 2, 1, 3, 4).reshape(rows * side, columns * side, width)                      // (R, C, d)
            .narrow(0, window.Top, window.Size.Height).narrow(1, window.Left, window.Size.Width);
        if (size != window.Size)
            grid = Resized(grid.permute(2, 0, 1).unsqueeze(0), size).squeeze(0).permute(1, 2, 0);
        var lines = cat([grid, end.view(1, 1, -1).expand(size.Height, 1, -1)], dim: 1);              // (r, c + 1, d)
        return cat([whole, lines.flatten(0, 1)]).MoveToOuterDisposeScope();
    }

    /// <summary>(S, d, r, c) to another number of rows and columns, bilinear.</summary>
    private protected static Tensor Resized(Tensor grid, ImageSize size) =>
        functional.interpolate(grid.contiguous(), [size.Height, size.Width], mode: InterpolationMode.Bilinear, align_corners: false);

    // The tiles, the part of their patches that shows the image, and what that is shrunk to.
    private (ImageSize Tiles, FeatureWindow Window, ImageSize Size) Grid(ImageShape image)
    {
        var original = new ImageSize(image.Height, image.Width);
        var tiles = AnyResolution.TileGrid(AnyResolution.BestResolution(original, config.GridPinpoints), config.Vision.ImageSize);
        var side = config.Vision.GridSize;
        var window = AnyResolution.Unpadded(original, new ImageSize(tiles.Height * side, tiles.Width * side));
        return (tiles, window, MaxTiles is { } most ? AnyResolution.Shrunk(window.Size, most, side) : window.Size);
    }
}
