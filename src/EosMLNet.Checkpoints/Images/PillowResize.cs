namespace EosMLNet.Checkpoints;

/// <summary>
/// Pillow's antialiased resizing (src/libImaging/Resample.c), byte for byte: a horizontal pass, then a vertical one, each in 22-bit fixed
/// point and rounded and clipped to bytes. Checkpoints were trained on images made that way; another filter moves every pixel value. Only
/// what is kept of the resized image is computed, and of the source only the rows that it is made of.
/// </summary>
internal static class PillowResize
{
    private const int PrecisionBits = 22;
    private const int Half = 1 << (PrecisionBits - 1);

    /// <summary>Pillow's code for the triangle filter.</summary>
    internal const int Bilinear = 2;
    /// <summary>Pillow's code for Keys' cubic filter with a = -0.5.</summary>
    internal const int Bicubic = 3;

    /// <summary>Resizes, and cuts a part out of the result.</summary>
    /// <param name="source">What is resized.</param>
    /// <param name="width">The width that it is resized to.</param>
    /// <param name="height">The height that it is resized to.</param>
    /// <param name="filter"><see cref="Bilinear"/> or <see cref="Bicubic"/>.</param>
    /// <param name="part">The part that is kept. What of it lies outside of the resized image is black.</param>
    internal static RgbImage Resize(ImageCanvas source, int width, int height, int filter, (int Left, int Top, int Width, int Height) part)
    {
        var pixels = new byte[3 * part.Width * part.Height];
        int left = Math.Max(0, part.Left), end = Math.Min(width, part.Left + part.Width);
        int top = Math.Max(0, part.Top), bottom = Math.Min(height, part.Top + part.Height);
        if (left < end && top < bottom)
        {
            var columns = height == source.Height ? null : Taps.For(source.Height, height, filter, top, bottom);
            var taps = width == source.Width ? null : Taps.For(source.Width, width, filter, left, end);
            var rows = new Rows(source, taps, left, end - left, columns?.Most ?? 1);
            for (var y = top; y < bottom; y++)
            {
                var target = pixels.AsSpan(3 * ((y - part.Top) * part.Width + left - part.Left), 3 * (end - left));
                if (columns is null)
                    rows[y].CopyTo(target);
                else
                    Mix(rows, columns.First[y - top], columns.Weights[y - top], target);
            }
        }
        return new RgbImage(part.Width, part.Height, pixels);
    }

    // The vertical pass for one row of the result.
    private static void Mix(Rows rows, int first, int[] weights, Span<byte> target)
    {
        Span<int> sums = target.Length <= 4096 ? stackalloc int[target.Length] : new int[target.Length];
        sums.Fill(Half);
        for (var i = 0; i < weights.Length; i++)
        {
            var row = rows[first + i];
            var weight = weights[i];
            for (var x = 0; x < sums.Length; x++)
                sums[x] += row[x] * weight;
        }
        for (var x = 0; x < sums.Length; x++)
            target[x] = ToByte(sums[x]);
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    /// <summary>
    /// The rows of the source after the horizontal pass. They are asked for in windows that move downwards: each is made once, into the
    /// place of one that has left the window.
    /// </summary>
    private sealed class Rows(ImageCanvas source, Taps? taps, int left, int width, int window)
    {
        private readonly byte[][] rows = new byte[window][];
        private readonly int[] held = [.. Enumerable.Repeat(-1, window)];
        private byte[]? buffer, ground;

        internal ReadOnlySpan<byte> this[int y]
        {
            get
            {
                var place = y % window;
                if (source.IsGround(y))
                    return Ground; // all of them are the same
                if (held[place] != y)
                    (rows[place], held[place]) = (Make(y, rows[place] ?? new byte[3 * width]), y);
                return rows[place];
            }
        }

        private byte[] Ground => ground ??= Make(-1, new byte[3 * width]);

        private byte[] Make(int y, byte[] target)
        {
            if (taps is null)
            {
                source.Row(y, ref buffer).Slice(3 * left, target.Length).CopyTo(target);
                return target;
            }
            // At the sides a row is like one of ground: of a long narrow image that is nearly all of it. Ground comes first, since both are
            // made in one buffer.
            var sides = y >= 0 && source.Width > source.Image.Width ? Ground : null;
            var row = source.Row(y, ref buffer);
            for (var x = 0; x < width; x++)
            {
                if (sides is not null && source.IsGround(taps.First[x], taps.Weights[x].Length))
                {
                    sides.AsSpan(3 * x, 3).CopyTo(target.AsSpan(3 * x, 3));
                    continue;
                }
                int red = Half, green = Half, blue = Half, at = 3 * taps.First[x];
                foreach (var weight in taps.Weights[x])
                {
                    red += row[at] * weight;
                    green += row[at + 1] * weight;
                    blue += row[at + 2] * weight;
                    at += 3;
                }
                (target[3 * x], target[3 * x + 1], target[3 * x + 2]) = (ToByte(red), ToByte(green), ToByte(blue));
            }
            return target;
        }
    }

    /// <summary>For each output position that is kept, the input positions that it mixes and their fixed-point weights.</summary>
    private sealed record Taps(int[] First, int[][] Weights)
    {
        /// <summary>How many input positions one output position mixes at most.</summary>
        internal int Most => Weights.Max(weights => weights.Length);

        internal static Taps For(int from, int to, int filter, int begin, int end)
        {
            var (kernel, radius) = filter == Bicubic ? ((Func<double, double>)Cubic, 2.0) : (Triangle, 1.0);
            var scale = (double)from / to;
            var stretch = Math.Max(scale, 1); // when shrinking, the kernel is widened to cover every input pixel
            var support = radius * stretch;
            var first = new int[end - begin];
            var weights = new int[end - begin][];
            for (var i = begin; i < end; i++)
            {
                var center = (i + 0.5) * scale;
                var start = first[i - begin] = Math.Max((int)(center - support + 0.5), 0);
                var stop = Math.Min((int)(center + support + 0.5), from);
                var at = Enumerable.Range(start, stop - start);
                weights[i - begin] = ToFixedPoint([.. at.Select(j => kernel((j - center + 0.5) * (1 / stretch)))]);
            }
            return new Taps(first, weights);
        }

        private static int[] ToFixedPoint(double[] weights)
        {
            var normalizer = 1 / weights.Sum();
            return [.. weights.Select(w => (int)Math.Round(w * normalizer * (1 << PrecisionBits), MidpointRounding.AwayFromZero))];
        }

        private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

        private static double Cubic(double x)
        {
            const double A = -0.5;
            x = Math.Abs(x);
            return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1
                : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
                : 0;
        }
    }
}
