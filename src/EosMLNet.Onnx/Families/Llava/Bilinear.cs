namespace EosMLNet.Onnx.Families.Llava;

/// <summary>Bilinear resizing of a grid of vectors, where corners of pixels lie on corners (torch's align_corners = False).</summary>
internal static class Bilinear
{
    /// <summary>(r, c, w) to another number of rows and columns.</summary>
    internal static float[] Resize(float[] grid, ImageSize from, ImageSize to, int width)
    {
        var resized = new float[to.Height * to.Width * width];
        for (var row = 0; row < to.Height; row++)
        {
            var (top, bottom, down) = Between(row, from.Height, to.Height);
            for (var column = 0; column < to.Width; column++)
            {
                var (left, right, across) = Between(column, from.Width, to.Width);
                var target = resized.AsSpan((row * to.Width + column) * width, width);
                var (a, b, c, d) = (At(top, left), At(top, right), At(bottom, left), At(bottom, right));
                for (var i = 0; i < width; i++)
                {
                    target[i] = (1 - down) * ((1 - across) * grid[a + i] + across * grid[b + i])
                        + down * ((1 - across) * grid[c + i] + across * grid[d + i]);
                }
            }
        }
        return resized;

        int At(int row, int column) => (row * from.Width + column) * width;
    }

    private static (int Low, int High, float Share) Between(int place, int from, int to)
    {
        var at = Math.Max(0, (float)from / to * (place + 0.5f) - 0.5f);
        var low = Math.Min((int)at, from - 1);
        return (low, Math.Min(low + 1, from - 1), at - low);
    }
}
