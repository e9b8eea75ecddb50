namespace EosMLNet.Data;

/// <summary>
/// Pillow's antialiased resizing (src/libImaging/Resample.c), byte for byte: a horizontal pass, then a vertical one, each in 22-bit fixed point and
/// rounded and clipped to bytes. Checkpoints were trained on pictures made that way; another filter moves every pixel value.
/// </summary>
internal static class PillowResize
{
    private const int PrecisionBits = 22;

    /// <summary>Pillow's code for the triangle filter.</summary>
    internal const int Bilinear = 2;
    /// <summary>Pillow's code for Keys' cubic filter with a = -0.5.</summary>
    internal const int Bicubic = 3;

    internal static RgbImage Resize(RgbImage image, int width, int height, int filter)
    {
        var pixels = image.Pixels.ToArray();
        if (width != image.Width)
            pixels = ResizeRows(pixels, image.Height, Taps.For(image.Width, width, filter));
        if (height != image.Height)
            pixels = ResizeColumns(pixels, width, Taps.For(image.Height, height, filter));
        return new RgbImage(width, height, pixels);
    }

    private static byte[] ResizeRows(byte[] source, int height, Taps taps)
    {
        var target = new byte[height * taps.To * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < taps.To; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    target[(y * taps.To + x) * 3 + channel] = taps.Apply(x, source, y * taps.From * 3 + channel, stride: 3);
            }
        }
        return target;
    }

    private static byte[] ResizeColumns(byte[] source, int width, Taps taps)
    {
        var row = width * 3;
        var target = new byte[taps.To * row];
        for (var y = 0; y < taps.To; y++)
        {
            for (var column = 0; column < row; column++)
                target[y * row + column] = taps.Apply(y, source, column, stride: row);
        }
        return target;
    }

    /// <summary>For each output position, the input positions that it mixes and their fixed-point weights.</summary>
    private sealed record Taps(int From, int To, int[] First, int[][] Weights)
    {
        internal static Taps For(int from, int to, int filter)
        {
            var (kernel, radius) = filter == Bicubic ? ((Func<double, double>)Cubic, 2.0) : (Triangle, 1.0);
            var scale = (double)from / to;
            var stretch = Math.Max(scale, 1); // when shrinking, the kernel is widened to cover every input pixel
            var support = radius * stretch;
            var first = new int[to];
            var weights = new int[to][];
            for (var i = 0; i < to; i++)
            {
                var center = (i + 0.5) * scale;
                first[i] = Math.Max((int)(center - support + 0.5), 0);
                var end = Math.Min((int)(center + support + 0.5), from);
                var start = first[i];
                weights[i] = ToFixedPoint([.. Enumerable.Range(start, end - start).Select(j => kernel((j - center + 0.5) * (1 / stretch)))]);
            }
            return new Taps(from, to, first, weights);
        }

        internal byte Apply(int output, byte[] source, int offset, int stride)
        {
            var sum = 1 << (PrecisionBits - 1);
            var at = offset + First[output] * stride;
            foreach (var weight in Weights[output])
            {
                sum += source[at] * weight;
                at += stride;
            }
            return (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
        }

        private static int[] ToFixedPoint(double[] weights)
        {
            var normalizer = 1 / weights.Sum();
            return [.. weights.Select(w => (int)Math.Round(w * normalizer * (1 << PrecisionBits), MidpointRounding.AwayFromZero))];
        }

        private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

        private static double Cubic(double x)
        {
            const double a = -0.5;
            x = Math.Abs(x);
            return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
                : x < 2 ? (((x - 5) * x + 8) * x - 4) * a
                : 0;
        }
    }
}
