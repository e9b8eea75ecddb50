using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// CLIP's image preprocessing, as a checkpoint's <c>preprocessor_config.json</c> describes it: resize, centre crop, rescale, normalise.
/// Gives the numbers of transformers' <c>CLIPImageProcessor</c> (the slow one, on Pillow).
/// </summary>
public sealed class ClipImageProcessor : ImageProcessor
{
    private int? _shortestEdge = 224; // either this
    private ImageSize _size;          // or an exact size
    private bool _resize = true, _crop = true;
    private bool _pad; // to a square, as LlavaImageProcessor does where its file says so
    private PixelValues _values = new();

    private int _width = 224, _height = 224;
    private ImagePadding _padding = ImagePadding.Crop;

    private ClipImageProcessor() { }

    /// <summary>What becomes of images that are not square.</summary>
    /// <value>The default is <see cref="ImagePadding.Crop"/>, what the file says; a model loads its processor with
    /// <see cref="ImagePadding.Square"/>.</value>
    public override ImagePadding? Padding => _padding;

    /// <summary>Width of the processed images in pixels.</summary>
    public int Width => _width;

    /// <summary>Height of the processed images in pixels.</summary>
    public int Height => _height;

    /// <inheritdoc/>
    public override IReadOnlyList<long> PartShape => [3, _height, _width];

    /// <summary>CLIP's own settings for square images of <paramref name="imageSize"/> pixels.</summary>
    public static ClipImageProcessor Default(int imageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, ImageProcessorSettings.LargestSide);
        return new() { _shortestEdge = imageSize, _width = imageSize, _height = imageSize };
    }

    /// <summary>Reads a <c>preprocessor_config.json</c>; what it omits has transformers' <c>CLIPImageProcessor</c> defaults.</summary>
    /// <exception cref="EosException">EOS1001: no such file. EOS1008: malformed JSON. EOS1009: settings that are not supported.</exception>
    public static ClipImageProcessor FromConfig(string preprocessorConfigJsonPath) => From(JsonSection.Read(preprocessorConfigJsonPath));

    /// <summary>Reads the settings that belong to a model, from the file that transformers would read.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="side">The side of the images that the vision tower takes.</param>
    /// <param name="notes">Receives a sentence where defaults are taken, or where two files disagree.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported file, or one that belongs to another model.</exception>
    internal static ClipImageProcessor Load(string folder, int side, List<string> notes)
    {
        if (ImageProcessorSettings.Find(folder, notes) is not { } settings)
        {
            notes.Add(ImageProcessorSettings.Defaults(folder, $"bicubic resize to {side} pixels, crop to {side} x {side}", new()));
            return Default(side);
        }
        var images = From(settings);
        if ((images.Width, images.Height) != (side, side))
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"'{settings.File}' makes images of {images.Width} x {images.Height} pixels, the vision tower in config.json takes " +
                $"{side} x {side}.")
            { File = settings.File };
        }
        return images;
    }

    /// <summary>The same from an object within a file.</summary>
    internal static ClipImageProcessor From(JsonSection json)
    {
        ImageProcessorSettings.RequireClip(json);
        var processor = new ClipImageProcessor
        {
            _resize = json.Flag("do_resize", true),
            _crop = json.Flag("do_center_crop", true),
            _pad = json.Flag("do_pad", false),
            _values = new(json, new()),
        };
        processor.ReadSizes(json);
        return processor;
    }

    /// <summary>Writes <c>preprocessor_config.json</c>, as transformers reads it.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    public void Save(string folder)
    {
        var json = new JsonObject
        {
            ["image_processor_type"] = "CLIPImageProcessor",
            ["do_resize"] = _resize,
            ["size"] = _shortestEdge is { } edge ? new JsonObject { ["shortest_edge"] = edge }
                : new JsonObject { ["height"] = _size.Height, ["width"] = _size.Width },
            ["do_center_crop"] = _crop,
            ["crop_size"] = new JsonObject { ["height"] = Height, ["width"] = Width },
        };
        _values.AddTo(json);
        if (_pad)
            json["do_pad"] = true;
        ImageProcessorSettings.Save(folder, json);
    }

    /// <summary>The same settings with another treatment of images that are not square.</summary>
    public ClipImageProcessor With(ImagePadding padding) => padding == Padding ? this : new()
    {
        _shortestEdge = _shortestEdge,
        _size = _size,
        _resize = _resize,
        _crop = _crop,
        _pad = _pad,
        _values = _values,
        _width = Width,
        _height = Height,
        _padding = padding,
    };

    /// <inheritdoc/>
    public override int Parts(ImageSize image, int imagesInPrompt) => 1;

    /// <inheritdoc/>
    public override void Write(RgbImage image, int imagesInPrompt, Span<float> target) => _values.Write(ToSize(image), target);

    /// <summary>
    /// The image in the tower's size: padded where it is, resized, the middle cut out. Where it is smaller than the crop, black is added
    /// around it.
    /// </summary>
    internal RgbImage ToSize(RgbImage image)
    {
        var canvas = Canvas(image);
        var (height, width) = TargetSize(canvas);
        return PillowResize.Resize(canvas, width, height, _values.Filter,
            (FloorHalf(width - Width), FloorHalf(height - Height), Width, Height));
    }

    /// <summary>The whole of the resized image, before the middle is cut out.</summary>
    internal RgbImage Resize(RgbImage image)
    {
        var canvas = Canvas(image);
        var (height, width) = TargetSize(canvas);
        return PillowResize.Resize(canvas, width, height, _values.Filter, (0, 0, width, height));
    }

    private ImageCanvas Canvas(RgbImage image) =>
        _pad || Padding == ImagePadding.Square ? ImageCanvas.Square(image, _values.MeanColour) : ImageCanvas.Of(image);

    private static int FloorHalf(int n) => n >> 1; // also for negative numbers, like Python's // 2

    private (int Height, int Width) TargetSize(ImageCanvas canvas)
    {
        if (!_resize)
            return (canvas.Height, canvas.Width);
        // The image's own sides, also where it is padded: what is too narrow for one treatment is too narrow for the other.
        var (image, width, height) = (canvas.Image, canvas.Width, canvas.Height);
        var (least, most) = (Math.Min(image.Width, image.Height), Math.Max(image.Width, image.Height));
        var edge = _shortestEdge ?? Math.Min(_size.Height, _size.Width);
        if ((long)edge * most / least * edge * 3 > Array.MaxLength)
            throw new EosException(EosErrors.UnreadableImage,
                $"an image of {image.Width} x {image.Height} pixels is too narrow to be resized to {edge} pixels on its shorter side.");
        if (_shortestEdge is null)
            return (_size.Height, _size.Width);
        return width <= height ? ((int)((long)edge * height / width), edge) : (edge, (int)((long)edge * width / height));
    }

    private void ReadSizes(JsonSection json)
    {
        (_shortestEdge, _size) = ImageProcessorSettings.ReadSize(json, "size", 224);
        if (_crop)
            (_height, _width) = ImageProcessorSettings.ReadCropSize(json, "crop_size", 224);
        else if (_resize && _shortestEdge is null)
            (_height, _width) = _size;
        else
            throw json.Unsupported("do_center_crop", "false",
                "true, or a size of height and width to resize to: all images must get one size");
    }
}
