namespace ScenesVqa.Scenes;

/// <summary>SplitMix64: a generator whose numbers are the same on every machine and every version of .NET.</summary>
public sealed class SceneRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator of its own for image <paramref name="index"/> of a stream, so that any image can be drawn alone.</summary>
    /// <param name="seed">The stream's seed.</param>
    /// <param name="index">The image's number.</param>
    /// <param name="purpose">Keeps apart what is drawn (0) and what is asked about it (1).</param>
    public static SceneRandom For(int seed, long index, int purpose = 0)
    {
        var mixer = new SceneRandom(unchecked((ulong)seed * 0x9E3779B97F4A7C15UL) ^ (0xD1B54A32D192ED03UL + (ulong)purpose));
        return new SceneRandom(unchecked(mixer.NextBits() + (ulong)index * 0xA0761D6478BD642FUL));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15UL;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>An integer in <c>[low, high)</c>.</summary>
    public int Next(int low, int high) => low + (int)(NextBits() % (ulong)(high - low));

    /// <summary>An integer in <c>[0, count)</c>.</summary>
    public int Next(int count) => Next(0, count);

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>The numbers <c>0 … count-1</c> in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
