namespace EosMLNet.Tensors;

/// <summary>
/// Where oneDNN puts the numbers of a weight, (out, in). It is written down nowhere and differs between processors and shapes, so it is
/// looked for: in all of a weight's words of four bytes, which are one number in float32, two in bfloat16 and four in int8. The one family
/// that is known has blocks of rows, one behind the other, and in a block the first word of each of its rows, then the second, and so on:
/// [out / <see cref="Block"/>][<see cref="BlockWords"/>][<see cref="Block"/>].
/// </summary>
/// <param name="Rows">Rows of the weight.</param>
/// <param name="Words">Words of a row.</param>
/// <param name="Block">Rows of a block; the last one is filled up.</param>
/// <param name="BlockWords">Words of a row in a block, those that fill it up included.</param>
internal readonly record struct PackedLayout(int Rows, int Words, int Block, int BlockWords)
{
    /// <summary>The most rows that a block has.</summary>
    internal const int WidestBlock = 64;

    /// <summary>Rows of a block are a multiple of so many.</summary>
    internal const int Step = 8;

    private static readonly int[] Fillings = [1, 2, 4, 8, 16, 32, 64]; // words of a row are filled up to a multiple

    /// <summary>How many blocks there are.</summary>
    internal int Blocks => (Rows + Block - 1) / Block;

    /// <summary>Finds the layout that explains every word of a weight.</summary>
    /// <param name="weight">The rows, one behind the other.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="packed">The same, laid out, and what may follow.</param>
    /// <returns>Null where none does, and where several do: in a weight of zeros everything is right.</returns>
    internal static PackedLayout? Find(ReadOnlySpan<uint> weight, int rows, ReadOnlySpan<uint> packed)
    {
        PackedLayout? found = null;
        foreach (var layout in Candidates(rows, weight.Length / rows))
        {
            if (!layout.Explains(weight, packed))
                continue;
            if (found is not null)
                return null;
            found = layout;
        }
        return found;
    }

    private static IEnumerable<PackedLayout> Candidates(int rows, int words) =>
        from block in Enumerable.Range(1, WidestBlock / Step).Select(steps => steps * Step)
        from blockWords in rows <= block ? [words] : Fillings.Select(filling => (words + filling - 1) / filling * filling).Distinct()
        select new PackedLayout(rows, words, block, blockWords);

    private bool Explains(ReadOnlySpan<uint> weight, ReadOnlySpan<uint> packed)
    {
        if ((long)Blocks * BlockWords * Block > packed.Length)
            return false;
        for (var row = 0; row < Rows; row++)
        {
            var numbers = weight.Slice(row * Words, Words);
            var block = packed.Slice(row / Block * BlockWords * Block, Words * Block);
            for (int word = 0, at = row % Block; word < numbers.Length; word++, at += Block)
            {
                if (numbers[word] != block[at])
                    return false;
            }
        }
        return true;
    }
}
