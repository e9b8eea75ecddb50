using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// CLIP's image preprocessing, as a checkpoint's <c>preprocessor_config.json</c> describes it: resize, centre crop, rescale, normalise.
/// Gives the numbers of transformers' <c>CLIPImageProcessor</c> (the slow one, on Pillow).
/// </summary>
public sealed class ClipImageProcessor
{
    private const string FileName = ImageProcessorSettings.PreprocessorFile;
    private const int LargestSide = 1 << 14;
    // CLIP's training set: https://github.com/openai/CLIP/blob/main/clip/clip.py
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] ClipStd = [0.26862954, 0.26130258, 0.27577711];

    private int? _shortestEdge = 224;      // either this
    private (int Height, int Width) _size; // or an exact size
    private bool _resize = true, _crop = true, _rescale = true, _normalize = true;
    private int _filter = PillowResize.Bicubic;
    private bool _pad; // to a square, as LlavaImageProcessor does where its file says so
    private double _factor = 1 / 255.0;
    private double[] _mean = ClipMean, _std = ClipStd;

    private ClipImageProcessor() { }

    /// <summary>What becomes of images that are not square.</summary>
    /// <value>The default is <see cref="ImagePadding.Crop"/>, what the file says; a model loads its processor with
    /// <see cref="ImagePadding.Square"/>.</value>
    public ImagePadding Padding { get; private init; } = ImagePadding.Crop;

    /// <summary>Width of the processed images in pixels.</summary>
    public int Width { get; private set; } = 224;

    /// <summary>Height of the processed images in pixels.</summary>
    public int Height { get; private set; } = 224;

    /// <summary>The mean that pixels are normalised by, as a colour: the border that LLaVA-1.5 pads images with.</summary>
    private (byte Red, byte Green, byte Blue) MeanColour => ((byte)(_mean[0] * 255), (byte)(_mean[1] * 255), (byte)(_mean[2] * 255));

    /// <summary>CLIP's own settings for square images of <paramref name="imageSize"/> pixels.</summary>
    public static ClipImageProcessor Default(int imageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageSize, LargestSide);
        return new() { _shortestEdge = imageSize, Width = imageSize, Height = imageSize };
    }

    /// <summary>Reads a <c>preprocessor_config.json</c>; what it omits has transformers' <c>CLIPImageProcessor</c> defaults.</summary>
    /// <exception cref="EosException">EOS1001: no such file. EOS1008: malformed JSON. EOS1009: settings that are not supported.</exception>
    public static ClipImageProcessor FromConfig(string preprocessorConfigJsonPath) => From(JsonSection.Read(preprocessorConfigJsonPath));

    /// <summary>The same from an object within a file.</summary>
    internal static ClipImageProcessor From(JsonSection json)
    {
        ImageProcessorSettings.RequireClip(json);
        json.Flag("do_convert_rgb", true); // images are RGB when they come here
        var processor = new ClipImageProcessor
        {
            _resize = json.Flag("do_resize", true),
            _crop = json.Flag("do_center_crop", true),
            _rescale = json.Flag("do_rescale", true),
            _normalize = json.Flag("do_normalize", true),
            _pad = json.Flag("do_pad", false),
            _filter = json.Int("resample", PillowResize.Bicubic),
            _factor = json.Number("rescale_factor", 1 / 255.0),
            _mean = ReadChannels(json, "image_mean", ClipMean),
            _std = ReadChannels(json, "image_std", ClipStd),
        };
        if (processor._filter is not (PillowResize.Bilinear or PillowResize.Bicubic))
            throw json.Unsupported("resample", processor._filter, "2 (bilinear) or 3 (bicubic)");
        if (processor._std.Any(s => s == 0))
            throw json.Unsupported("image_std", "0", "numbers other than 0");
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
            ["do_convert_rgb"] = true,
            ["do_resize"] = _resize,
            ["size"] = _shortestEdge is { } edge ? new JsonObject { ["shortest_edge"] = edge } : new JsonObject { ["height"] = _size.Height, ["width"] = _size.Width },
            ["resample"] = _filter,
            ["do_center_crop"] = _crop,
            ["crop_size"] = new JsonObject { ["height"] = Height, ["width"] = Width },
            ["do_rescale"] = _rescale,
            ["rescale_factor"] = _factor,
            ["do_normalize"] = _normalize,
            ["image_mean"] = new JsonArray([.. _mean.Select(m => JsonValue.Create(m))]),
            ["image_std"] = new JsonArray([.. _std.Select(s => JsonValue.Create(s))]),
        };
        if (_pad)
            json["do_pad"] = true;
        AtomicFile.WriteText(Path.Combine(folder, FileName), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>The same settings with another treatment of images that are not square.</summary>
    public ClipImageProcessor With(ImagePadding padding) => padding == Padding ? this : new()
    {
        _shortestEdge = _shortestEdge,
        _size = _size,
        _resize = _resize,
        _crop = _crop,
        _rescale = _rescale,
        _normalize = _normalize,
        _filter = _filter,
        _pad = _pad,
        _factor = _factor,
        _mean = _mean,
        _std = _std,
        Width = Width,
        Height = Height,
        Padding = padding,
    };

    /// <summary>Makes the vision tower's input of images of any size.</summary>
    /// <param name="images">The images.</param>
    /// <returns>The images' values, (B, 3, <see cref="Height"/>, <see cref="Width"/>), row by row.</returns>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd.</exception>
    public float[] Process(IReadOnlyList<RgbImage> images)
    {
        var pixels = new float[images.Count * ValuesPerImage];
        Process(images, pixels);
        return pixels;
    }

    /// <summary>The same into memory of the caller.</summary>
    /// <param name="images">The images.</param>
    /// <param name="target">Where the values go: <see cref="ValuesPerImage"/> for each image.</param>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd.</exception>
    public void Process(IReadOnlyList<RgbImage> images, Span<float> target)
    {
        var values = ValueOfByte();
        for (var i = 0; i < images.Count; i++)
            Separate(ToSize(images[i]).Pixels.Span, values, target.Slice(i * ValuesPerImage, ValuesPerImage));
    }

    /// <summary>The numbers that an image becomes: three channels of <see cref="Height"/> x <see cref="Width"/> pixels.</summary>
    public int ValuesPerImage => 3 * Height * Width;

    /// <summary>
    /// The image in the tower's size: padded where it is, resized, the middle cut out. Where it is smaller than the crop, black is added
    /// around it.
    /// </summary>
    internal RgbImage ToSize(RgbImage image)
    {
        var canvas = Canvas(image);
        var (height, width) = TargetSize(canvas);
        return PillowResize.Resize(canvas, width, height, _filter, (FloorHalf(width - Width), FloorHalf(height - Height), Width, Height));
    }

    /// <summary>The whole of the resized image, before the middle is cut out.</summary>
    internal RgbImage Resize(RgbImage image)
    {
        var canvas = Canvas(image);
        var (height, width) = TargetSize(canvas);
        return PillowResize.Resize(canvas, width, height, _filter, (0, 0, width, height));
    }

    private ImageCanvas Canvas(RgbImage image) =>
        _pad || Padding == ImagePadding.Square ? ImageCanvas.Square(image, MeanColour) : ImageCanvas.Of(image);

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
            throw new EosException(EosErrors.UnreadableImage, $"an image of {image.Width} x {image.Height} pixels is too narrow to be resized to {edge} pixels on its shorter side.");
        if (_shortestEdge is null)
            return _size;
        return width <= height ? ((int)((long)edge * height / width), edge) : (edge, (int)((long)edge * width / height));
    }

    // A byte has 256 values: what rescaling and normalising (in float32, as transformers does) make of each, per channel.
    private float[][] ValueOfByte() => [.. Enumerable.Range(0, 3).Select(channel =>
        Enumerable.Range(0, 256).Select(value =>
        {
            var x = _rescale ? (float)(value * _factor) : value;
            return _normalize ? (x - (float)_mean[channel]) / (float)_std[channel] : x;
        }).ToArray())];

    // (H, W, 3) bytes -> (3, H, W) values
    private static void Separate(ReadOnlySpan<byte> pixels, float[][] values, Span<float> target)
    {
        var area = pixels.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var value = values[channel];
            for (var i = 0; i < area; i++)
                target[channel * area + i] = value[pixels[i * 3 + channel]];
        }
    }

    private static double[] ReadChannels(JsonSection json, string name, double[] fallback)
    {
        var values = json.Numbers(name) ?? fallback;
        return values.Length == 3 ? values : throw json.Unsupported(name, $"a list of {values.Length}", "three numbers");
    }

    private void ReadSizes(JsonSection json)
    {
        var size = json.Find("size");
        if (size is { ValueKind: JsonValueKind.Object })
        {
            var section = json.Section("size");
            _shortestEdge = section.Find("shortest_edge") is null ? null : Side(section, "shortest_edge", 0);
            _size = _shortestEdge is null ? (Side(section, "height", 0), Side(section, "width", 0)) : default;
        }
        else
        {
            _shortestEdge = Side(json, "size", 224);
        }

        if (_crop)
        {
            var crop = json.Find("crop_size") is { ValueKind: JsonValueKind.Object } ? json.Section("crop_size") : null;
            (Height, Width) = crop is null ? (Side(json, "crop_size", 224), Side(json, "crop_size", 224)) : (Side(crop, "height", 0), Side(crop, "width", 0));
        }
        else if (_resize && _shortestEdge is null)
        {
            (Height, Width) = _size;
        }
        else
        {
            throw json.Unsupported("do_center_crop", "false", "true, or a size of height and width to resize to: all images must get one size");
        }
    }

    private static int Side(JsonSection json, string name, int fallback)
    {
        var side = json.Int(name, fallback);
        return side is > 0 and <= LargestSide ? side : throw json.Unsupported(name, side, $"1 to {LargestSide} pixels");
    }
}
