using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using EosMLNet.Checkpoints;
using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Data;

/// <summary>
/// CLIP's picture preprocessing, as a checkpoint's <c>preprocessor_config.json</c> describes it: resize, centre crop, rescale, normalise.
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
    private double _factor = 1 / 255.0;
    private double[] _mean = ClipMean, _std = ClipStd;

    private ClipImageProcessor() { }

    /// <summary>Width of the processed pictures in pixels.</summary>
    public int Width { get; private set; } = 224;

    /// <summary>Height of the processed pictures in pixels.</summary>
    public int Height { get; private set; } = 224;

    /// <summary>The mean that pixels are normalised by, as a colour: the border that LLaVA-1.5 pads pictures with.</summary>
    internal (byte Red, byte Green, byte Blue) MeanColour => ((byte)(_mean[0] * 255), (byte)(_mean[1] * 255), (byte)(_mean[2] * 255));

    /// <summary>CLIP's own settings for square pictures of <paramref name="imageSize"/> pixels.</summary>
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
        if (json.Flag("do_pad", false))
            throw json.Unsupported("do_pad", "true", "false: padding to a square is not supported");
        json.Flag("do_convert_rgb", true); // pictures are RGB when they come here
        var processor = new ClipImageProcessor
        {
            _resize = json.Flag("do_resize", true),
            _crop = json.Flag("do_center_crop", true),
            _rescale = json.Flag("do_rescale", true),
            _normalize = json.Flag("do_normalize", true),
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
        AtomicFile.WriteText(Path.Combine(folder, FileName), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Makes the vision tower's input of pictures of any size.</summary>
    /// <returns>The pictures' values, (B, 3, <see cref="Height"/>, <see cref="Width"/>), float32 on the CPU.</returns>
    public Tensor Process(IReadOnlyList<RgbImage> images)
    {
        TorchRuntime.EnsureLoaded();
        var pixels = empty([images.Count, 3, Height, Width], ScalarType.Float32); // (B, 3, H, W)
        if (images.Count == 0)
            return pixels;
        var values = ValueOfByte();
        var target = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        var perImage = 3 * Height * Width;
        for (var i = 0; i < images.Count; i++)
            Separate(Crop(Resize(images[i])).Pixels.Span, values, target.Slice(i * perImage, perImage));
        return pixels;
    }

    internal RgbImage Resize(RgbImage image)
    {
        var (height, width) = TargetSize(image);
        return _resize && (height, width) != (image.Height, image.Width) ? PillowResize.Resize(image, width, height, _filter) : image;
    }

    /// <summary>Cuts the middle out; where the picture is smaller than the crop, black is added around it.</summary>
    internal RgbImage Crop(RgbImage image)
    {
        if ((image.Height, image.Width) == (Height, Width))
            return image;
        var top = FloorHalf(image.Height - Height);
        var left = FloorHalf(image.Width - Width);
        var cropped = new byte[3 * Height * Width];
        var (firstColumn, endColumn) = (Math.Max(0, -left), Math.Min(Width, image.Width - left));
        for (var y = Math.Max(0, -top); y < Math.Min(Height, image.Height - top); y++)
        {
            image.Pixels.Span.Slice(((y + top) * image.Width + firstColumn + left) * 3, (endColumn - firstColumn) * 3)
                .CopyTo(cropped.AsSpan((y * Width + firstColumn) * 3));
        }
        return new RgbImage(Width, Height, cropped);
    }

    private static int FloorHalf(int n) => n >> 1; // also for negative numbers, like Python's // 2

    private (int Height, int Width) TargetSize(RgbImage image)
    {
        if (_shortestEdge is not { } edge)
            return _size;
        var (shortSide, longSide) = image.Width <= image.Height ? (image.Width, image.Height) : (image.Height, image.Width);
        var scaled = (int)Math.Min((long)edge * longSide / shortSide, int.MaxValue);
        if ((long)edge * scaled * 3 > Array.MaxLength)
            throw new EosException(EosErrors.UnreadableImage, $"a picture of {image.Width} x {image.Height} pixels is too narrow to be resized to {edge} pixels on its shorter side.");
        return image.Width <= image.Height ? (scaled, edge) : (edge, scaled);
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
            throw json.Unsupported("do_center_crop", "false", "true, or a size of height and width to resize to: all pictures must get one size");
        }
    }

    private static int Side(JsonSection json, string name, int fallback)
    {
        var side = json.Int(name, fallback);
        return side is > 0 and <= LargestSide ? side : throw json.Unsupported(name, side, $"1 to {LargestSide} pixels");
    }
}
