using System.Security.Cryptography;
using SkiaSharp;

namespace EosMLNet.Data;

/// <summary>A decoded picture: 8-bit red, green and blue, row by row from the top left.</summary>
public sealed class RgbImage
{
    internal const long LargestFile = 1 << 28; // bytes
    private const long LargestPicture = 89_478_485; // pixels; the size above which Pillow, too, suspects a decompression bomb
    private readonly byte[] _pixels;

    /// <summary>Makes a picture of pixels that are already decoded; the array is not copied.</summary>
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

    /// <summary>Decodes a picture file.</summary>
    /// <exception cref="EosException">EOS1001: no such file. EOS1010: it cannot be decoded.</exception>
    public static RgbImage Decode(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > LargestFile)
                throw new EosException(EosErrors.UnreadableImage, $"'{path}' has {length} bytes, more than the {LargestFile} that a picture may have.");
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"the picture '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Decodes a picture (PNG, JPEG, WebP, GIF, BMP) the way Pillow's <c>convert("RGB")</c> does: greys and palettes are expanded,
    /// an alpha channel is dropped without blending, colour profiles and orientation marks are ignored.
    /// </summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">How messages call the picture.</param>
    /// <exception cref="EosException">EOS1010: it cannot be decoded, is cut short or has more than 89 million pixels.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
            throw Unreadable(name, "is empty");
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw Unreadable(name, "is of no known picture format");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width <= 0 || height <= 0 || (long)width * height > LargestPicture)
            throw Unreadable(name, $"says that it has {width} x {height} pixels, at most {LargestPicture} in all are allowed");

        // Straight alpha keeps the colours under transparent pixels; without a colour space none is converted to.
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var rgba = new byte[4 * width * height];
        var result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha), rgba);
        return result == SKCodecResult.Success
            ? new RgbImage(width, height, WithoutAlpha(rgba))
            : throw Unreadable(name, $"cannot be decoded ({result})");
    }

    /// <summary>The picture in the middle of a square of its longer side, with a plain border.</summary>
    internal RgbImage PaddedToSquare(byte red, byte green, byte blue)
    {
        if (Width == Height)
            return this;
        var side = Math.Max(Width, Height);
        var square = new byte[3L * side * side];
        for (var i = 0; i < square.Length; i += 3)
            (square[i], square[i + 1], square[i + 2]) = (red, green, blue);
        var (left, top) = ((side - Width) / 2, (side - Height) / 2);
        for (var y = 0; y < Height; y++)
            _pixels.AsSpan(3 * y * Width, 3 * Width).CopyTo(square.AsSpan(3 * ((y + top) * side + left)));
        return new RgbImage(side, side, square);
    }

    /// <summary>SHA-256 over the size and the pixels, in hexadecimal.</summary>
    internal string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(Width));
        hash.AppendData(BitConverter.GetBytes(Height));
        hash.AppendData(_pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] WithoutAlpha(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return rgb;
    }

    private static EosException Unreadable(string name, string what) =>
        new(EosErrors.UnreadableImage, $"the picture '{name}' {what}; expected a whole PNG, JPEG, WebP, GIF or BMP file.");
}
