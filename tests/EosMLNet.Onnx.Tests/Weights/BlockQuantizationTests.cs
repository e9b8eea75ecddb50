using EosMLNet.Onnx.Weights;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Onnx.Weights;

/// <summary>Weights in few bits.</summary>
public class BlockQuantizationTests
{
    [Property(MaxTest = 50)]
    public void No_number_is_further_than_a_step_from_its_own(int seed)
    {
        var random = new Random(seed);
        var (rows, columns, bits) = (random.Next(1, 5), random.Next(1, 300), random.Next(2) == 0 ? 4 : 8);
        float[] numbers = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        var (steps, scales) = BlockQuantization.Round(numbers, rows, columns, bits);
        var size = bits == 8 ? 128 : 32;
        var blocks = (columns + size - 1) / size;
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var scale = scales[row * blocks + column / size];
                var at = (row * blocks + column / size) * size * bits / 8 + column % size * bits / 8;
                var step = bits == 8 ? steps[at] : steps[at] >> column % 2 * 4 & 15;
                Assert.InRange(Math.Abs((step - (1 << bits - 1)) * scale - numbers[row * columns + column]), 0, Math.Abs(scale) * 1.0001);
            }
        }
    }

    [Theory]
    [InlineData(4, 2, 16)]
    [InlineData(8, 1, 128)]
    public void The_bytes_of_a_block_tell_its_bits(int bits, int blocks, int bytes)
    {
        var (steps, scales) = BlockQuantization.Round(new float[40], 1, 40, bits);
        Assert.Equal((blocks * bytes, blocks), (steps.Length, scales.Length));
        Assert.Equal(bits, BlockQuantization.BitsOf(bytes));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void A_row_of_zeros_stays_zero(int bits)
    {
        var (steps, scales) = BlockQuantization.Round(new float[40], 1, 40, bits);
        Assert.All(scales, scale => Assert.Equal(0, scale));
        Assert.All(steps, step => Assert.Equal(bits == 8 ? 128 : 0x88, step));
    }
}
