using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class RowBlocksTests
{
    [Theory]
    [InlineData(1, "1")]
    [InlineData(63, "63")]
    [InlineData(64, "64")]
    [InlineData(65, "64 1")]
    [InlineData(96, "64 32")]
    [InlineData(97, "97")]
    [InlineData(128, "128")]
    [InlineData(143, "128 15")]
    [InlineData(161, "161")]
    [InlineData(192, "192")]
    [InlineData(195, "195")]
    public void Few_rows_beyond_one_or_two_full_blocks_are_a_product_of_their_own(int rows, string parts)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var (x, weight) = (randn(1, rows, 5), randn(7, 5));
        var seen = new List<long>();

        var product = RowBlocks.Apply(x, some =>
        {
            seen.Add(some.numel() / 5);
            return nn.functional.linear(some, weight);
        });

        Assert.Equal(parts, string.Join(' ', seen));
        Assert.Equal([1, rows, 7], product.shape);
        Assert.True(product.allclose(nn.functional.linear(x, weight), 1e-5, 1e-6));
    }

    [Fact]
    public void Rows_of_a_batch_are_taken_in_their_order()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var x = randn(2, 35, 4).transpose(0, 1).contiguous().transpose(0, 1); // not contiguous
        Assert.True(RowBlocks.Apply(x, some => some.clone()).equal(x).all().item<bool>());
    }

    [Fact]
    public void A_product_in_parts_is_the_product_of_all_rows_to_the_bit()
    {
        if (!OneDnn.Packs(ScalarType.BFloat16))
            return; // nothing is packed on this processor
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var packed = OneDnn.TryPack(randn([320, 192], ScalarType.BFloat16))!;
        foreach (var rows in new[] { 66, 67, 80, 95, 129, 144, 160 })
        {
            var x = randn([rows, 192], ScalarType.BFloat16);
            Assert.True(RowBlocks.Apply(x, some => OneDnn.Linear(some, packed, null)).equal(OneDnn.Linear(x, packed, null)).all().item<bool>());
        }
        RowBlocks.Help(packed); // whatever it finds, it finds it without a fault
    }

    [Fact]
    public void Other_types_are_left_as_they_are() => Assert.False(RowBlocks.Help(zeros(64, 64)));
}
