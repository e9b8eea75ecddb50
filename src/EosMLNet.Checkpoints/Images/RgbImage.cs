using System.Security.Cryptography;
using SkiaSharp;

namespace EosMLNet.Checkpoints;

/// <summary>A decoded image: 8-bit red, green and blue, row by row from the top left.</summary>
public sealed class RgbImage : Visual
{
    /// <summary>The largest file that is decoded, in bytes.</summary>
    public const long LargestFile = 1 << 28;

    internal const long LargestImage = 89_478_485; // pixels; the size above which Pillow, too, suspects a decompression bomb
    private readonly byte[] _pixels;

    /// <summary>Makes an image of pixels that are already decoded; the array is not copied.</summary>
    /// <exception cref="ArgumentException">A side is not positive, or there are not <c>height · width · 3</c> bytes.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException($"{pixels.LongLength} bytes for {width} x {height} pixels of 3 bytes.", nameof(pixels));
        (Width, Height, _pixels) = (width, height, pixels);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixels, (height, width, 3).</summary>
    public ReadOnlyMemory<byte> Pixels => _pixels;

    /// <summary>Decodes an image file.</summary>
    /// <exception cref="EosException">EOS1001: no such file. EOS1010: it cannot be decoded.</exception>
    public static RgbImage Decode(string path)
    {
        try
        {
            return Decode(ReadFile(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"the image '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Decodes an image that a stream holds from here to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">How messages call the image.</param>
    /// <exception cref="EosException">EOS1010: it cannot be decoded, or is too large.</exception>
    public static RgbImage Decode(Stream stream, string name)
    {
        using var bytes = new MemoryStream();
        var part = new byte[1 << 16];
        for (int count; (count = stream.Read(part)) > 0; bytes.Write(part, 0, count))
        {
            if (bytes.Length + count > LargestFile)
                throw TooLarge(name, $"more than {LargestFile}");
        }
        return Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), name);
    }

    /// <summary>
    /// Decodes an image (PNG, JPEG, WebP, GIF, BMP) the way Pillow's <c>convert("RGB")</c> does: greys and palettes are expanded, an alpha
    /// channel is dropped without blending, so that the colours under
    /// transparent pixels stay; colour profiles are ignored. The image stands upright: what a camera's orientation mark (EXIF) says is
    /// done, as Pillow's <c>exif_transpose</c> does.
    /// </summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">How messages call the image.</param>
    /// <exception cref="EosException">EOS1010: it cannot be decoded, is cut short or has more than 89 million pixels.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string name)
    {
        var (stored, mark) = DecodeStored(bytes, name) ?? throw Unreadable(name, "is of no known image format");
        return stored.Turned(mark);
    }

    /// <summary>
    /// A file's image as its pixels are stored, and how it has to be turned to stand upright; <see langword="null"/> where there is no
    /// such file, or none of a known image format.
    /// </summary>
    /// <exception cref="EosException">EOS1010: the image cannot be decoded, is cut short or has more than 89 million pixels.</exception>
    /// <param name="path">The file.</param>
    public static (RgbImage Stored, OrientationMark Mark)? TryDecodeStored(string path)
    {
        try
        {
            return File.Exists(path) ? DecodeStored(ReadFile(path), path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The bytes of an image file.</summary>
    /// <exception cref="EosException">EOS1010: the file is too large.</exception>
    internal static byte[] ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile ? File.ReadAllBytes(path)
            : throw TooLarge(path, $"{length}");
    }

    /// <summary>The size that an image's header tells, before the image is turned upright. Nothing is decoded.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">How messages call the image.</param>
    /// <exception cref="EosException">EOS1010: it is of no known image format.</exception>
    public static ImageSize ReadSize(ReadOnlySpan<byte> bytes, string name)
    {
        using var codec = Open(bytes, name) ?? throw Unreadable(name, "is of no known image format");
        return new(codec.Info.Height, codec.Info.Width);
    }

    private static SKCodec? Open(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
            throw Unreadable(name, "is empty");
        using var data = SKData.CreateCopy(GifColours.Opaque(bytes));
        return SKCodec.Create(data);
    }

    private static (RgbImage Stored, OrientationMark Mark)? DecodeStored(ReadOnlySpan<byte> bytes, string name)
    {
        using var codec = Open(bytes, name);
        if (codec is null)
            return null;
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width <= 0 || height <= 0 || (long)width * height > LargestImage)
            throw Unreadable(name, $"says that it has {width} x {height} pixels, at most {LargestImage} in all are allowed");

        // Straight alpha keeps the colours under transparent pixels; without a colour space none is converted to.
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var rgba = new byte[4 * width * height];
        var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha), rgba);
        return result == SKCodecResult.Success
            ? (new RgbImage(width, height, WithoutAlpha(rgba)), (OrientationMark)codec.EncodedOrigin)
            : throw Unreadable(name, $"cannot be decoded ({result})");
    }

    /// <summary>The image turned so that it stands upright.</summary>
    /// <param name="mark">Where the stored rows and columns belong.</param>
    public RgbImage Turned(OrientationMark mark)
    {
        if (mark is not (> OrientationMark.TopLeft and <= OrientationMark.LeftBottom))
            return this;
        var swaps = mark >= OrientationMark.LeftTop;
        var fromRight = mark is OrientationMark.TopRight or OrientationMark.BottomRight
            or OrientationMark.RightBottom or OrientationMark.LeftBottom;
        var fromBottom = mark is OrientationMark.BottomRight or OrientationMark.BottomLeft
            or OrientationMark.RightTop or OrientationMark.RightBottom;
        var (width, height) = swaps ? (Height, Width) : (Width, Height);
        var turned = new byte[_pixels.Length];
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, to += 3)
            {
                var (column, row) = swaps ? (y, x) : (x, y);
                if (fromRight)
                    column = Width - 1 - column;
                if (fromBottom)
                    row = Height - 1 - row;
                var from = 3 * (row * Width + column);
                (turned[to], turned[to + 1], turned[to + 2]) = (_pixels[from], _pixels[from + 1], _pixels[from + 2]);
            }
        }
        return new RgbImage(width, height, turned);
    }

    /// <inheritdoc/>
    public override PromptPart InPrompt(ImageProcessor processor) => new ImagePart();

    /// <inheritdoc/>
    public override int Parts(ImageProcessor processor, int inPrompt) => processor.Parts(new(Height, Width), inPrompt);

    /// <inheritdoc/>
    public override ImageSize SizeSeen(ImageProcessor processor) => processor.SizeSeen(new(Height, Width));

    /// <inheritdoc/>
    public override void Write(ImageProcessor processor, int inPrompt, Span<float> target) => processor.Write(this, inPrompt, target);

    /// <summary>SHA-256 over the size and the pixels, in hexadecimal.</summary>
    public override string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Width));
        hash.AppendData(BitConverter.GetBytes(Height));
        hash.AppendData(_pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The colours of pixels, as they are under transparent ones.</summary>
    /// <param name="rgba">(pixels, 4).</param>
    /// <returns>(pixels, 3).</returns>
    internal static byte[] WithoutAlpha(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return rgb;
    }

    private static EosException TooLarge(string name, string bytes) =>
        new(EosErrors.UnreadableImage, $"the image '{name}' has {bytes} bytes; expected at most {LargestFile}.");

    private static EosException Unreadable(string name, string what) =>
        new(EosErrors.UnreadableImage, $"the image '{name}' {what}; expected a whole PNG, JPEG, WebP, GIF or BMP file.");
}
