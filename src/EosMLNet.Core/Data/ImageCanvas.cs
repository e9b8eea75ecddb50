namespace EosMLNet.Data;

/// <summary>
/// A picture on a plain ground that may be larger than it. The ground is never made whole: a row is made when it is asked for.
/// </summary>
/// <param name="Picture">The picture.</param>
/// <param name="Width">Width of the ground in pixels.</param>
/// <param name="Height">Height of the ground in pixels.</param>
/// <param name="Colour">The ground's colour.</param>
internal sealed record ImageCanvas(RgbImage Picture, int Width, int Height, (byte Red, byte Green, byte Blue) Colour)
{
    private readonly int left = (Width - Picture.Width) / 2, top = (Height - Picture.Height) / 2;

    /// <summary>The picture alone.</summary>
    internal static ImageCanvas Of(RgbImage picture) => new(picture, picture.Width, picture.Height, default);

    /// <summary>
    /// The picture in the middle of a square of its longer side; where one pixel is over, it is on the right or at the bottom.
    /// </summary>
    internal static ImageCanvas Square(RgbImage picture, (byte Red, byte Green, byte Blue) colour)
    {
        var side = Math.Max(picture.Width, picture.Height);
        return new(picture, side, side, colour);
    }

    /// <summary>Whether a row shows nothing but ground.</summary>
    internal bool IsGround(int y) => y < top || y >= top + Picture.Height;

    /// <summary>The pixels of a row, (<see cref="Width"/>, 3).</summary>
    /// <param name="y">The row, from 0.</param>
    /// <param name="buffer">Room for a row that the picture does not fill; kept between calls.</param>
    internal ReadOnlySpan<byte> Row(int y, ref byte[]? buffer)
    {
        var own = IsGround(y) ? default : Picture.Pixels.Span.Slice((y - top) * Picture.Width * 3, Picture.Width * 3);
        if (own.Length == Width * 3)
            return own;
        buffer ??= new byte[Width * 3];
        for (var i = 0; i < buffer.Length; i += 3)
            (buffer[i], buffer[i + 1], buffer[i + 2]) = Colour;
        own.CopyTo(buffer.AsSpan(left * 3));
        return buffer;
    }
}
