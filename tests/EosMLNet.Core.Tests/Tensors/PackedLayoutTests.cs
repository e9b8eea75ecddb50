using EosMLNet.Tensors;

namespace EosMLNet.Tests.Tensors;

public sealed class PackedLayoutTests
{
    [Theory]
    [InlineData(64, 32, 64, 32)]
    [InlineData(200, 33, 64, 48)]
    [InlineData(200, 33, 64, 33)]
    [InlineData(40, 7, 16, 8)]
    [InlineData(24, 5, 24, 5)]
    [InlineData(5, 3, 8, 3)]
    [InlineData(130, 100, 48, 128)]
    public void A_layout_is_found_by_the_words_of_a_weight(int rows, int words, int block, int blockWords)
    {
        var layout = new PackedLayout(rows, words, block, blockWords);
        var weight = Weight(rows, words);
        Assert.Equal(layout, PackedLayout.Find(weight, rows, Packed(weight, layout, behind: 0)));
        Assert.Equal(layout, PackedLayout.Find(weight, rows, Packed(weight, layout, behind: 77)));
    }

    [Fact]
    public void One_wrong_word_is_noticed_wherever_it_is()
    {
        var layout = new PackedLayout(48, 10, 32, 16);
        var weight = Weight(48, 10);
        for (var i = 0; i < weight.Length; i++)
        {
            var packed = Packed(weight, layout, behind: 0);
            packed[Array.IndexOf(packed, weight[i])] ^= 1;
            Assert.Null(PackedLayout.Find(weight, 48, packed));
        }
    }

    [Fact]
    public void What_is_laid_out_in_other_ways_is_not_known()
    {
        var weight = Weight(64, 32);
        Assert.Null(PackedLayout.Find(weight, 64, weight)); // not at all
        Assert.Null(PackedLayout.Find(weight, 64, Order((row, word) => word * 64 + row / 16 * 16 + (15 - row % 16)))); // backwards
        Assert.Null(PackedLayout.Find(weight, 64, Order((row, word) => (word / 16 * 4 + row / 16) * 256 + word % 16 * 16 + row % 16))); // columns first
        Assert.Null(PackedLayout.Find(weight, 64, Packed(weight, new PackedLayout(64, 32, 64, 32), behind: 0).AsSpan(1))); // cut off

        uint[] Order(Func<int, int, int> place)
        {
            var packed = new uint[weight.Length];
            for (var i = 0; i < weight.Length; i++)
                packed[place(i / 32, i % 32)] = weight[i];
            return packed;
        }
    }

    [Fact]
    public void A_weight_that_any_layout_explains_teaches_none() => Assert.Null(PackedLayout.Find(new uint[128 * 32], 128, new uint[128 * 32]));

    // Each word is another one; no word of a weight fills up.
    private static uint[] Weight(int rows, int words) => [.. Enumerable.Range(1, rows * words).Select(i => (uint)i * 2654435761)];

    private static uint[] Packed(uint[] weight, PackedLayout layout, int behind)
    {
        var packed = new uint[layout.Blocks * layout.BlockWords * layout.Block + behind];
        for (var row = 0; row < layout.Rows; row++)
        {
            for (var word = 0; word < layout.Words; word++)
                packed[row / layout.Block * layout.BlockWords * layout.Block + word * layout.Block + row % layout.Block] = weight[row * layout.Words + word];
        }
        return packed;
    }
}
