using System.Runtime.Intrinsics;
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
        if (!FewRows.AreThere)
            return;
        float[] numbers = [0, -0f, 1, 1 + 1f / 256, 1 + 3f / 256, -1 - 1f / 256, float.MaxValue, float.Epsilon, float.PositiveInfinity, .. Numbers.Normal(1, 999).to(ScalarType.Float32).data<float>()];
        var expected = tensor(numbers).to(ScalarType.BFloat16);
        var found = empty(numbers.Length, ScalarType.BFloat16);
        fixed (float* from = numbers)
        {
            for (var i = 0; i < numbers.Length; i += RowNumbers.Lanes)
                RowNumbers.Write(OneDnn.NumbersOf(found), ScalarType.BFloat16, i, numbers.Length - i, Vector256.Load(from + Math.Min(i, numbers.Length - RowNumbers.Lanes)));
        }
        Assert.Equal(expected.bytes.ToArray(), found.bytes.ToArray());
    }

    [Fact]
    public void A_number_that_is_none_stays_none_in_bfloat16()
    {
        if (!FewRows.AreThere)
            return;
        var found = zeros(16, ScalarType.BFloat16);
        RowNumbers.Write(OneDnn.NumbersOf(found), ScalarType.BFloat16, 3, 5, Vector256.Create(BitConverter.UInt32BitsToSingle(0x7F800001))); // rounds to infinity
        Assert.Equal([false, false, false, true, true, true, true, true, false], found.isnan().data<bool>().Take(9));
    }
}
