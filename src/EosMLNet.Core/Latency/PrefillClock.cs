using System.Diagnostics;
using EosMLNet.Reduction;

namespace EosMLNet.Latency;

/// <summary>How long prompts take until their first answer token, their pictures encoded: what a latency is of.</summary>
internal static class PrefillClock
{
    /// <summary>Measures once, in seconds.</summary>
    internal static double Seconds(ReducedModel model, PromptBatch batch, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        model.Generate(batch, maxNewTokens: 1, cancellation); // its tokens are on the CPU, so that a GPU has ended too
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Measures each model once a round, in changing order, so that whatever else the machine does, and whatever ran before, falls on all alike.</summary>
    /// <param name="models">The models under their plans.</param>
    /// <param name="batch">The prompts.</param>
    /// <param name="rounds">How many times, after one that warms up.</param>
    /// <param name="cancellation">Checked before each measurement.</param>
    /// <returns>For each model, its seconds in each round.</returns>
    internal static double[][] Seconds(IReadOnlyList<ReducedModel> models, PromptBatch batch, int rounds, CancellationToken cancellation)
    {
        double[][] seconds = [.. models.Select(_ => new double[rounds])];
        int[] order = [.. Enumerable.Range(0, models.Count)];
        var random = new Random(1);
        for (var round = -1; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var i in order)
            {
                var found = Seconds(models[i], batch, cancellation);
                if (round >= 0)
                    seconds[i][round] = found;
            }
        }
        return seconds;
    }

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
