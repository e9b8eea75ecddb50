using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>Seeded numbers that touch no generator of torch's.</summary>
internal static class Numbers
{
    /// <summary>Standard normal numbers, float64.</summary>
    public static Tensor Normal(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var values = new double[shape.Aggregate(1L, (x, y) => x * y)];
        for (var i = 0; i < values.Length; i++)
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return tensor(values, shape);
    }
}
