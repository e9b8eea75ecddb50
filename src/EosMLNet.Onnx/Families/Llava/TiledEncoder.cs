using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Families.Llava;

/// <summary>
/// The encoder of models of LLaVA's parts that see an image as a whole and in tiles: the tiles' patches are put together again, freed of
/// padding, and each row ends with a newline.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
internal abstract class TiledEncoder(TiledLlavaConfig config, ReductionPlan plan) : LlavaEncoder(config, plan)
{
    private readonly ReductionPlan plan = plan;
    private float[] newline = []; // (d)

    /// <inheritdoc/>
    internal override void Prepare(WeightFiles weights)
    {
        RequireDecoderSites(config, plan);
        newline = weights.Read("image_newline", [config.Text.HiddenSize]);
    }

    private protected override IReadOnlyList<EncodedImage> Pack(
        IReadOnlyList<ImageShape> images, float[][] features, float[][]? attention, long[][]? kept, float[][]? mass)
    {
        var (packed, first) = (new EncodedImage[images.Count], 0);
        for (var i = 0; i < images.Count; first += images[i++].Parts)
        {
            var parts = new Range(first, first + images[i].Parts);
            // Nobody looks at a newline, and what the tower's [CLS] sees of a tile is a share of that tile.
            packed[i] = new EncodedImage(config.LayoutOf(images[i]), Pack(images[i], features[parts], newline),
                attention is null ? null : Pack(images[i], attention[parts], [0]));
        }
        return packed;
    }

    /// <summary>One image's tokens of its tiles' patches, (tiles, n, w) to (N, w); rows end with a newline, (w).</summary>
    private protected virtual float[] Pack(ImageShape image, float[][] tiles, float[] end)
    {
        if (image.Parts == 1)
            return [.. tiles[0], .. end];
        var ((rows, columns), window, size) = config.GridOf(image);
        if (rows * columns != image.Parts - 1)
        {
            throw new EosException(EosErrors.ModelInput,
                $"An image of {image.Height} x {image.Width} pixels was given as {image.Parts} tiles; " +
                $"expected {rows * columns + 1}: the whole image, and {rows} x {columns} tiles of the resolutions that config.json lists.");
        }
        var (side, width) = (config.Vision.GridSize, end.Length);
        var grid = new float[window.Size.Height * window.Size.Width * width];
        for (var row = 0; row < window.Size.Height; row++)
        {
            for (var column = 0; column < window.Size.Width; column++)
            {
                var (y, x) = (window.Top + row, window.Left + column);
                tiles[1 + y / side * columns + x / side].AsSpan((y % side * side + x % side) * width, width)
                    .CopyTo(grid.AsSpan((row * window.Size.Width + column) * width));
            }
        }
        if (size != window.Size)
            grid = Bilinear.Resize(grid, window.Size, size, width);
        var packed = new float[tiles[0].Length + size.Height * (size.Width + 1) * width];
        tiles[0].CopyTo(packed, 0);
        for (var row = 0; row < size.Height; row++)
        {
            var at = tiles[0].Length + row * (size.Width + 1) * width;
            grid.AsSpan(row * size.Width * width, size.Width * width).CopyTo(packed.AsSpan(at));
            end.CopyTo(packed, at + size.Width * width);
        }
        return packed;
    }
}
