namespace EosMLNet.Plans;

/// <summary>
/// The output function of SplitMix64 (Steele, Lea and Flood, 2014): numbers that look random, as a function of a counter alone.
/// </summary>
public static class SplitMix64
{
    /// <summary>One number; neighbouring counters give unrelated ones.</summary>
    /// <param name="counter">The counter.</param>
    public static ulong Mix(ulong counter)
    {
        var z = counter + 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
