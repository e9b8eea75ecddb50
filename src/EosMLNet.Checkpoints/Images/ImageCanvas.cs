namespace EosMLNet.Checkpoints;

/// <summary>
/// An image on a plain ground that may be larger than it. The ground is never made whole: a row is made when it is asked for.
/// </summary>
/// <param name="Image">The image.</param>
/// <param name="Width">Width of the ground in pixels.</param>
/// <param name="Height">Height of the ground in pixels.</param>
/// <param name="Colour">The ground's colour.</param>
internal sealed record ImageCanvas(RgbImage Image, int Width, int Height, (byte Red, byte Green, byte Blue) Colour)
{
    private readonly int left = (Width - Image.Width) / 2, top = (Height - Image.Height) / 2;

    /// <summary>The image alone.</summary>
    internal static ImageCanvas Of(RgbImage image) => new(image, image.Width, image.Height, default);

    /// <summary>
    /// The image in the middle of a square of its longer side; where one pixel is over, it is on the right or at the bottom.
    /// </summary>
    internal static ImageCanvas Square(RgbImage image, (byte Red, byte Green, byte Blue) colour)
    {
        var side = Math.Max(image.Width, image.Height);
        return new(image, side, side, colour);
    }

    /// <summary>Whether a row shows nothing but ground.</summary>
    internal bool IsGround(int y) => y < top || y >= top + Image.Height;

    /// <summary>Whether some columns show nothing but ground.</summary>
    internal bool IsGround(int first, int count) => first + count <= left || first >= left + Image.Width;

    /// <summary>The pixels of a row, (<see cref="Width"/>, 3).</summary>
    /// <param name="y">The row, from 0; any other is ground.</param>
    /// <param name="buffer">Room for a row that the image does not fill; kept between calls.</param>
    internal ReadOnlySpan<byte> Row(int y, ref byte[]? buffer)
    {
        var own = IsGround(y) ? default : Image.Pixels.Span.Slice((y - top) * Image.Width * 3, Image.Width * 3);
        if (own.Length == Width * 3)
            return own;
        if (buffer is null)
            Fill(buffer = new byte[Width * 3]);
        var middle = buffer.AsSpan(left * 3, Image.Width * 3); // all else stays ground
        if (own.IsEmpty)
            Fill(middle);
        else
            own.CopyTo(middle);
        return buffer;
    }

    private void Fill(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = Colour;
    }
}
