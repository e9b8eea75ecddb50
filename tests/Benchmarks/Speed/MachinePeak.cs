using System.Diagnostics;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>How fast torch multiplies two large square matrices in float32, on as many threads as it has.</summary>
internal static class MachinePeak
{
    private const int Size = 1024, Rounds = 5;

    /// <summary>Multiply-accumulates a second: the best of several products.</summary>
    internal static double MacsPerSecond()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (rand(Size, Size), rand(Size, Size));
        var best = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var product = a.matmul(b);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Math.Pow(Size, 3) / best;
    }
}
