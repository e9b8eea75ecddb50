using System.Globalization;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// What the image processors have in common: the filter of the resizing, and the numbers that a pixel's bytes become, rescaled and
/// normalised.
/// </summary>
internal sealed class PixelValues
{
    // CLIP's training set: https://github.com/openai/CLIP/blob/main/clip/clip.py
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] ClipStd = [0.26862954, 0.26130258, 0.27577711];

    private readonly bool rescale = true, normalize = true;
    private readonly double factor = 1 / 255.0;
    private readonly double[] mean, std;
    private readonly float[][] ofByte; // (3, 256)

    /// <summary>Bicubic, divided by 255, normalised.</summary>
    /// <param name="mean">The mean that channels are normalised by; null for that of CLIP's training images.</param>
    /// <param name="std">Their standard deviation; null for that of CLIP's training images.</param>
    internal PixelValues(IReadOnlyList<double>? mean = null, IReadOnlyList<double>? std = null)
    {
        (this.mean, this.std) = ([.. mean ?? ClipMean], [.. std ?? ClipStd]);
        ofByte = ValueOfByte();
    }

    /// <summary>Those of an image processor's settings; what they omit is <paramref name="usual"/>.</summary>
    /// <exception cref="EosException">EOS1008, EOS1009: malformed or unsupported settings.</exception>
    internal PixelValues(JsonSection json, PixelValues usual)
    {
        json.Flag("do_convert_rgb", true); // images are RGB when they come here
        rescale = json.Flag("do_rescale", usual.rescale);
        normalize = json.Flag("do_normalize", usual.normalize);
        Filter = json.Int("resample", usual.Filter);
        factor = json.Number("rescale_factor", usual.factor);
        mean = ReadChannels(json, "image_mean", usual.mean);
        std = ReadChannels(json, "image_std", usual.std);
        if (Filter is not (PillowResize.Bilinear or PillowResize.Bicubic))
            throw json.Unsupported("resample", Filter, "2 (bilinear) or 3 (bicubic)");
        if (std.Any(s => s == 0))
            throw json.Unsupported("image_std", "0", "numbers other than 0");
        ofByte = ValueOfByte();
    }

    /// <summary>Pillow's code for the filter that images are resized with.</summary>
    internal int Filter { get; } = PillowResize.Bicubic;

    /// <summary>The mean that pixels are normalised by, as a colour: the border that images are padded to squares with.</summary>
    internal (byte Red, byte Green, byte Blue) MeanColour => ((byte)(mean[0] * 255), (byte)(mean[1] * 255), (byte)(mean[2] * 255));

    /// <summary>What pixels are normalised by, as notes show it.</summary>
    internal string Normalization =>
        string.Create(CultureInfo.InvariantCulture, $"mean {mean[0]:0.####} {mean[1]:0.####} {mean[2]:0.####}, ") +
        string.Create(CultureInfo.InvariantCulture, $"standard deviation {std[0]:0.####} {std[1]:0.####} {std[2]:0.####}");

    /// <summary>The value that each byte of a channel becomes.</summary>
    /// <param name="channel">0 for red, 1 for green, 2 for blue.</param>
    internal ReadOnlySpan<float> OfChannel(int channel) => ofByte[channel];

    /// <summary>Puts the settings into a <c>preprocessor_config.json</c>.</summary>
    internal void AddTo(JsonObject json)
    {
        json["do_convert_rgb"] = true;
        json["resample"] = Filter;
        json["do_rescale"] = rescale;
        json["rescale_factor"] = factor;
        json["do_normalize"] = normalize;
        json["image_mean"] = new JsonArray([.. mean.Select(m => JsonValue.Create(m))]);
        json["image_std"] = new JsonArray([.. std.Select(s => JsonValue.Create(s))]);
    }

    /// <summary>Writes an image's values.</summary>
    /// <param name="image">The image, (H, W, 3) bytes.</param>
    /// <param name="target">Where they go, (3, H, W).</param>
    internal void Write(RgbImage image, Span<float> target)
    {
        var pixels = image.Pixels.Span;
        var area = pixels.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var value = ofByte[channel];
            for (var i = 0; i < area; i++)
                target[channel * area + i] = value[pixels[i * 3 + channel]];
        }
    }

    // A byte has 256 values: what rescaling and normalising (in float32, as transformers does) make of each, per channel.
    private float[][] ValueOfByte() => [.. Enumerable.Range(0, 3).Select(channel =>
        Enumerable.Range(0, 256).Select(value =>
        {
            var x = rescale ? (float)(value * factor) : value;
            return normalize ? (x - (float)mean[channel]) / (float)std[channel] : x;
        }).ToArray())];

    private static double[] ReadChannels(JsonSection json, string name, double[] fallback)
    {
        var values = json.Numbers(name) ?? fallback;
        return values.Length == 3 ? values : throw json.Unsupported(name, $"a list of {values.Length}", "three numbers");
    }
}
