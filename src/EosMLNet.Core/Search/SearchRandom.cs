
namespace EosMLNet.Search;

/// <summary>
/// Everything random in a search after its first values, as a function of the seed and of the step alone. Nothing is drawn from a state
/// that would have to be remembered: a resumed search draws what an uninterrupted one draws.
/// </summary>
/// <param name="Seed">The seed of the search.</param>
internal readonly record struct SearchRandom(int Seed)
{
    private const uint Held = 1, Order = 2, Gates = 3, Sampled = 4;

    /// <summary>The held-out rows in a random order.</summary>
    internal PackedRow[] HeldOut(IReadOnlyList<PackedRow> rows) => Shuffled(rows, Held, 0);

    /// <summary>The rows in the order in which some are taken to be measured before the search.</summary>
    internal PackedRow[] Sample(IReadOnlyList<PackedRow> rows) => Shuffled(rows, Sampled, 0);

    /// <summary>The rows of a step: each pass over the data has a new order.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="batchSize">Rows of one step; the last of a pass may have fewer.</param>
    /// <param name="step">From 1.</param>
    internal PackedRow[] Batch(IReadOnlyList<PackedRow> rows, int batchSize, int step)
    {
        var (pass, batch) = Math.DivRem(step - 1, (rows.Count + batchSize - 1) / batchSize);
        return [.. Shuffled(rows, Order, pass).Skip(batch * batchSize).Take(batchSize)];
    }

    /// <summary>A uniform number for each site's gate.</summary>
    internal double[] GateNoise(int sites, int step)
    {
        var random = Generator(Gates, step);
        return [.. Enumerable.Range(0, sites).Select(_ => random.NextDouble())];
    }

    private PackedRow[] Shuffled(IReadOnlyList<PackedRow> rows, uint use, int index)
    {
        PackedRow[] shuffled = [.. rows];
        Generator(use, index).Shuffle(shuffled);
        return shuffled;
    }

    private Random Generator(uint use, int index) =>
        new((int)(SplitMix64.Mix(SplitMix64.Mix((ulong)(uint)Seed << 32 | use) + (uint)index) >> 33));
}
