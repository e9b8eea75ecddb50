namespace EosMLNet.Onnx.Weights;

/// <summary>
/// Weights of linear layers in 8 or 4 bits: whole steps, with a scale for each block of a row, as ONNX Runtime's MatMulNBits takes them.
/// </summary>
internal static class BlockQuantization
{
    /// <summary>
    /// Numbers of a row that share a scale. Longer blocks are multiplied faster; with 4 bits they would cost accuracy.
    /// </summary>
    /// <param name="bits">8 or 4.</param>
    internal static int BlockOf(int bits) => bits == 8 ? 128 : 32;

    /// <summary>The bits of a number, by the bytes of a block.</summary>
    internal static int BitsOf(long blockBytes) => blockBytes == BlockOf(8) ? 8 : 4;

    /// <summary>The name of a weight's steps.</summary>
    internal static string StepsOf(string weight) => weight + ".steps";

    /// <summary>The name of its scales.</summary>
    internal static string ScalesOf(string weight) => weight + ".scales";

    /// <summary>Rounds a weight.</summary>
    /// <param name="numbers">Its numbers, (rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns; what a last block lacks is 0.</param>
    /// <param name="bits">8 or 4.</param>
    /// <returns>The steps, (rows, blocks, block · bits / 8) bytes, and the scales, (rows, blocks). The middle of the range, 128 or 8, is
    /// 0.</returns>
    internal static (byte[] Steps, float[] Scales) Round(ReadOnlySpan<float> numbers, int rows, int columns, int bits)
    {
        var size = BlockOf(bits);
        var (blocks, middle) = ((columns + size - 1) / size, 1 << (bits - 1));
        var (bytes, perByte) = (size * bits / 8, 8 / bits);
        var (steps, scales) = (new byte[rows * blocks * bytes], new float[rows * blocks]);
        for (var row = 0; row < rows; row++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var own = numbers.Slice(row * columns + block * size, Math.Min(size, columns - block * size));
                var furthest = 0f; // the number with the largest magnitude takes the lowest step
                foreach (var number in own)
                    furthest = Math.Abs(number) > Math.Abs(furthest) ? number : furthest;
                var scale = furthest / -middle;
                scales[row * blocks + block] = scale;
                var to = steps.AsSpan((row * blocks + block) * bytes, bytes);
                for (var i = 0; i < size; i++)
                {
                    var number = i < own.Length ? own[i] : 0;
                    var step = scale == 0 ? middle : Math.Clamp((int)MathF.Round(number / scale) + middle, 0, 2 * middle - 1);
                    to[i / perByte] |= (byte)(step << i % perByte * bits);
                }
            }
        }
        return (steps, scales);
    }
}
