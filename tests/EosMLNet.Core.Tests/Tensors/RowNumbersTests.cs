using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed unsafe class RowNumbersTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_row_is_rounded_to_8_bits_as_torch_does_it(ScalarType type)
    {
        if (!FewRows.AreThere)
            return;
        foreach (var count in new[] { 1, 7, 8, 31, 32, 33, 100, 2048 })
        {
            var x = Numbers.Normal(count, 1, count).to(type);
            var (rows, scales) = new LinearInput(x).Quantized;
            var (numbers, steps) = (new float[count], new sbyte[count]);
            fixed (float* row = numbers)
            fixed (sbyte* rounded = steps)
            {
                RowNumbers.Widen(OneDnn.NumbersOf(x), type, row, count);
                Assert.Equal(scales.item<float>(), RowNumbers.Round(row, rounded, count));
            }
            Assert.Equal(rows.data<byte>().Select(step => (sbyte)(step - OneDnn.Zero)), steps);
        }
    }

    [Fact]
    public void Numbers_are_rounded_to_bfloat16_as_torch_does_it()
    {
        float[] numbers = [0, -0f, 1, 1 + 1f / 256, 1 + 3f / 256, -1 - 1f / 256, float.MaxValue, float.Epsilon, float.PositiveInfinity, .. Numbers.Normal(1, 1000).to(ScalarType.Float32).data<float>()];
        var expected = tensor(numbers).to(ScalarType.BFloat16);
        var found = empty(numbers.Length, ScalarType.BFloat16);
        for (var i = 0; i < numbers.Length; i++)
            RowNumbers.Write(OneDnn.NumbersOf(found), ScalarType.BFloat16, i, numbers[i]);
        Assert.Equal(expected.bytes.ToArray(), found.bytes.ToArray());
        for (var i = 0; i < numbers.Length; i++)
            Assert.Equal(expected[i].to(ScalarType.Float32).item<float>(), RowNumbers.Read(OneDnn.NumbersOf(found), ScalarType.BFloat16, i));
        RowNumbers.Write(OneDnn.NumbersOf(found), ScalarType.BFloat16, 0, BitConverter.UInt32BitsToSingle(0x7F800001)); // rounds to infinity
        Assert.Equal(float.NaN, RowNumbers.Read(OneDnn.NumbersOf(found), ScalarType.BFloat16, 0));
    }
}
