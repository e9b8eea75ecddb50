using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// A model of LLaVA's parts that sees an image as a whole and cut into tiles at a resolution near its own ("anyres",
/// https://llava-vl.github.io/blog/2024-01-30-llava-next/). The tiles' patches are put together again, freed of padding, and each row ends
/// with a newline.
/// </summary>
public abstract class TiledLlavaModel : LlavaModel
{
    private readonly TiledLlavaConfig config;
    private readonly Tensor newline;                                                                 // (d)

    /// <inheritdoc cref="LlavaModel(LlavaConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    private protected TiledLlavaModel(TiledLlavaConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor)
        : base(config, weight, processor)
    {
        this.config = config;
        newline = Weights["image_newline"];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int TokenId, VisionInput Input)> ReadInputs(Func<string, Tensor?> tensor)
    {
        if (tensor("pixel_values") is not { } pixels)
            return [];
        var side = config.Vision.ImageSize;
        if (pixels.shape is not [var images, var most, 3, var height, var width] || height != side || width != side)
            throw Unfit($"pixel_values is {string.Join(" x ", pixels.shape)}; expected images x tiles x 3 x {side} x {side}");
        if (tensor("image_sizes") is not { } sizes)
            throw Unfit($"image_sizes is missing; expected {images} x 2, heights and widths");
        if (sizes.shape is not [var count, 2] || count != images)
            throw Unfit($"image_sizes is {string.Join(" x ", sizes.shape)}; expected {images} x 2, heights and widths");
        var numbers = sizes.to_type(ScalarType.Int64).cpu().data<long>().ToArray();
        var shapes = Enumerable.Range(0, (int)images)
            .Select(i => ShapeOf(i, (int)numbers[2 * i], (int)numbers[2 * i + 1], (int)most)).ToArray();
        return [(ImageTokenId, new VisionInput(cat([.. shapes.Select((shape, i) => pixels[i].narrow(0, 0, shape.Parts))]), shapes))];
    }

    // Tiles behind an image's own are padding. One tile in all is the whole image alone.
    private ImageShape ShapeOf(int image, int height, int width, int most)
    {
        if (height < 1 || width < 1)
            throw Unfit($"image_sizes of image {image} is {height} x {width}; expected pixels");
        var tiles = config.GridOf(new ImageShape(0, height, width)).Tiles;
        var parts = most == 1 ? 1 : 1 + tiles.Height * tiles.Width;
        return parts <= most ? new ImageShape(parts, height, width)
            : throw Unfit($"pixel_values has {most} tiles an image, but image {image} of {height} x {width} pixels has {parts}");
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
        var ((rows, columns), window, size) = config.GridOf(image);
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
}
