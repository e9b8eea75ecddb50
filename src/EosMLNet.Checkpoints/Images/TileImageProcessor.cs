using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Image preprocessing in tiles of any resolution, as a checkpoint's <c>preprocessor_config.json</c> describes it: an image is seen once as
/// a whole and once in tiles of a higher resolution. Gives the numbers of transformers' classes (the slow ones, on Pillow) since 4.53. May
/// be used from several threads.
/// </summary>
public sealed class TileImageProcessor : ImageProcessor
{
    private readonly PixelValues values;
    private readonly TileProcessing kind;

    private TileImageProcessor(TileProcessing kind, int side, IReadOnlyList<ImageSize> pinpoints, PixelValues values) =>
        (this.kind, Side, Pinpoints, this.values) = (kind, side, pinpoints, values);

    /// <summary>A tile's side in pixels.</summary>
    public int Side { get; }

    /// <summary>The resolutions that an image may be resized to; each is a whole number of tiles.</summary>
    public IReadOnlyList<ImageSize> Pinpoints { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<long> PartShape => [3, Side, Side];

    /// <summary>Reads a <c>preprocessor_config.json</c>; what it omits has the defaults of the class that it names.</summary>
    /// <exception cref="EosException">EOS1001: no such file. EOS1008: malformed JSON. EOS1009: settings that are not supported.</exception>
    /// <param name="preprocessorConfigJsonPath">The file.</param>
    /// <param name="kind">The family's way of cutting images into tiles, which the file has to name.</param>
    public static TileImageProcessor FromConfig(string preprocessorConfigJsonPath, TileProcessing kind) =>
        From(JsonSection.Read(preprocessorConfigJsonPath), kind);

    /// <summary>Reads the settings that belong to a model, from the file that transformers would read.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="kind">The family's way of cutting images into tiles.</param>
    /// <param name="side">The side of the images that the vision tower takes.</param>
    /// <param name="pinpoints">The resolutions of the model's config.json.</param>
    /// <param name="notes">Receives a sentence where defaults are taken, or where two files disagree.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported file, or one that belongs to another model.</exception>
    internal static TileImageProcessor Load(
        string folder, TileProcessing kind, int side, IReadOnlyList<ImageSize> pinpoints, List<string> notes)
    {
        if (ImageProcessorSettings.Find(folder, notes) is not { } json)
        {
            notes.Add(ImageProcessorSettings.Defaults(folder, $"bicubic resize to tiles of {side} x {side} pixels", new()));
            return new(kind, side, pinpoints, new());
        }
        var processor = From(json, kind);
        if (processor.Side != side)
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"'size' of '{json.File}' makes tiles of {processor.Side} pixels, the vision tower in config.json takes {side}.")
            {
                File = json.File,
            };
        }
        GridPinpoints.RequireAmong(json, processor.Pinpoints, pinpoints);
        if (kind.PublishedMeans is { } means && (json.Find("image_mean") is null || json.Find("image_std") is null))
        {
            notes.Add($"'{json.File}' lacks image_mean or image_std; CLIP's are taken, as by transformers' class. Published checkpoints " +
                $"have {means}: copy the file of the original checkpoint.");
        }
        return processor;
    }

    /// <summary>The same from an object within a file.</summary>
    internal static TileImageProcessor From(JsonSection json, TileProcessing kind)
    {
        ImageProcessorSettings.RequireType(json, [kind.Name], required: true);
        var (crops, defaultSide) = (kind.Crops && json.Flag("do_center_crop", true), kind.Side);
        if (!json.Flag("do_resize", true))
            throw json.Unsupported("do_resize", "false", "true: all tiles must get one size");
        var (shortestEdge, size) = ImageProcessorSettings.ReadSize(json, "size", defaultSide);
        var side = shortestEdge ?? size.Height;
        if (shortestEdge is null && size.Height != size.Width)
            throw json.Unsupported("size", $"{size}", "the same height and width: tiles are square");
        if (crops && ImageProcessorSettings.ReadCropSize(json, "crop_size", defaultSide) is var crop && crop != new ImageSize(side, side))
            throw json.Unsupported("crop_size", $"{crop}", $"{side} x {side}, the 'size' that tiles are resized to");
        var pinpoints = GridPinpoints.Read(json, side, kind.Pinpoints);
        foreach (var pinpoint in pinpoints.Where(p => p.Height % side != 0 || p.Width % side != 0))
            throw json.Unsupported("image_grid_pinpoints", null, $"a list for tiles of {side} pixels: the default has {pinpoint}");
        return new(kind, side, pinpoints, new(json, new()));
    }

    /// <summary>Writes <c>preprocessor_config.json</c>, as transformers reads it.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public void Save(string folder)
    {
        JsonObject Square() => new() { ["height"] = Side, ["width"] = Side };
        var json = new JsonObject { ["image_processor_type"] = kind.Name, ["do_resize"] = true, ["size"] = Square(), ["do_pad"] = true };
        if (kind.Crops)
            (json["do_center_crop"], json["crop_size"]) = (true, Square());
        json["image_grid_pinpoints"] = new JsonArray([.. Pinpoints.Select(p => new JsonArray(p.Height, p.Width))]);
        values.AddTo(json);
        ImageProcessorSettings.Save(folder, json);
    }

    /// <summary>
    /// The whole image, squashed into one tile; then the tiles of the image resized to the best of <see cref="Pinpoints"/>, row by row. So
    /// an image is seen that has a prompt for itself.
    /// </summary>
    public ProcessedImage Process(RgbImage image)
    {
        var original = SizeOf(image);
        var resolution = AnyResolution.BestResolution(original, Pinpoints);
        var (fitted, grid) = (AnyResolution.FittedSize(original, resolution), AnyResolution.TileGrid(resolution, Side));
        // Where the border is odd, the pixel that is over is on the right or at the bottom.
        var (left, top) = ((resolution.Width - fitted.Width) / 2, (resolution.Height - fitted.Height) / 2);
        var canvas = ImageCanvas.Of(image);
        var tiles = Enumerable.Range(0, grid.Height * grid.Width).Select(i => (i / grid.Width * Side - top, i % grid.Width * Side - left))
            .Select(at => Resize(canvas, fitted, (at.Item2, at.Item1, Side, Side)));
        return Make(1 + grid.Height * grid.Width, tiles.Prepend(Squashed(canvas)), original);
    }

    /// <inheritdoc/>
    public override int Parts(ImageSize image, int imagesInPrompt)
    {
        if (IsOneOfSeveral(imagesInPrompt))
            return 1;
        var grid = AnyResolution.TileGrid(AnyResolution.BestResolution(image, Pinpoints), Side);
        return 1 + grid.Height * grid.Width;
    }

    /// <inheritdoc/>
    public override void Write(RgbImage image, int imagesInPrompt, Span<float> target) =>
        (IsOneOfSeveral(imagesInPrompt) ? ProcessPadded(image) : Process(image)).Pixels.CopyTo(target);

    private bool IsOneOfSeveral(int imagesInPrompt) => kind.SeesSeveralWhole && imagesInPrompt > 1;

    /// <summary>The whole image alone, squashed into one tile.</summary>
    public ProcessedImage ProcessWhole(RgbImage image) => Make(1, [Squashed(ImageCanvas.Of(image))], SizeOf(image));

    /// <summary>
    /// The whole image alone in one tile, in the middle of a square of the mean colour: so some families see the images of a prompt that
    /// has several of them.
    /// </summary>
    public ProcessedImage ProcessPadded(RgbImage image) =>
        Make(1, [Squashed(ImageCanvas.Square(image, values.MeanColour))], SizeOf(image));

    /// <summary>The frames of a video, each squashed into one tile.</summary>
    /// <param name="frames">The frames in their order, at least one.</param>
    /// <exception cref="ArgumentException">There are no frames.</exception>
    /// <exception cref="EosException">EOS1015: there are more frames than an array can hold.</exception>
    public ProcessedImage ProcessFrames(IReadOnlyList<RgbImage> frames) =>
        frames.Count == 0 ? throw new ArgumentException("A video has frames; there are none.", nameof(frames))
            : Make(frames.Count, frames.Select(frame => Squashed(ImageCanvas.Of(frame))), SizeOf(frames[0]));

    /// <summary>The whole image, squashed to the size of a tile.</summary>
    internal RgbImage Squashed(ImageCanvas canvas) => Resize(canvas, new(Side, Side), (0, 0, Side, Side));

    /// <summary>The image resized to fit into the best resolution, before it is cut into tiles.</summary>
    internal RgbImage Fitted(RgbImage image)
    {
        var fitted = AnyResolution.FittedSize(SizeOf(image), AnyResolution.BestResolution(SizeOf(image), Pinpoints));
        return Resize(ImageCanvas.Of(image), fitted, (0, 0, fitted.Width, fitted.Height));
    }

    private RgbImage Resize(ImageCanvas canvas, ImageSize size, (int Left, int Top, int Width, int Height) part) =>
        PillowResize.Resize(canvas, size.Width, size.Height, values.Filter, part);

    // No tile is made where there are too many.
    private ProcessedImage Make(int count, IEnumerable<RgbImage> tiles, ImageSize original)
    {
        var perTile = 3 * Side * Side;
        if ((long)count * perTile > Array.MaxLength)
        {
            throw new EosException(EosErrors.ModelInput,
                $"{count} frames of {Side} x {Side} pixels are more than an array can hold; " +
                $"ask about at most {Array.MaxLength / perTile} of them.");
        }
        var pixels = new float[count * perTile];
        foreach (var (i, tile) in tiles.Index())
            values.Write(tile, pixels.AsSpan(i * perTile, perTile));
        return new(pixels, count, Side, original);
    }

    private static ImageSize SizeOf(RgbImage image) => new(image.Height, image.Width);
}
