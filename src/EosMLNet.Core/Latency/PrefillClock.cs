using System.Diagnostics;
using EosMLNet.Execution;

namespace EosMLNet.Latency;

/// <summary>Measures latency: the time of prompts until their first answer token, their images being encoded before.</summary>
public static class PrefillClock
{
    // The runtime compiles a method well only after so many calls; of a model that is slow in itself that is no matter.
    private const int WarmRounds = 40;
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(1);

    /// <summary>Measures once, in seconds.</summary>
    internal static double Seconds(ReducedModel model, PromptBatch batch, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        model.Generate(batch, maxNewTokens: 1, cancellation); // its tokens are on the CPU, so that a GPU has ended too
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Measures the second of two equal prefills. Behind a larger one it would find other memory than it finds in use.
    /// </summary>
    internal static double Settled(ReducedModel model, PromptBatch batch, CancellationToken cancellation)
    {
        Seconds(model, batch, cancellation);
        return Seconds(model, batch, cancellation);
    }

    /// <summary>
    /// Measures each model once a round, in changing order. So other work on the machine falls on all models alike, and so do traces of the
    /// measurement before.
    /// </summary>
    /// <param name="models">The models under their plans.</param>
    /// <param name="batch">The prompts.</param>
    /// <param name="rounds">How many times, after some that warm up.</param>
    /// <param name="cancellation">Checked before each measurement.</param>
    /// <param name="progress">Told after each round how many are done.</param>
    /// <param name="isWarm">These models were measured just before, with other prompts: a round is enough to warm up.</param>
    /// <returns>For each model, its seconds in each round.</returns>
    public static double[][] Seconds(IReadOnlyList<ReducedModel> models, PromptBatch batch, int rounds, CancellationToken cancellation,
        Action<int>? progress = null, bool isWarm = false)
    {
        double[][] seconds = [.. models.Select(_ => new double[rounds])];
        int[] order = [.. Enumerable.Range(0, models.Count)];
        var random = new Random(1);
        var warming = Stopwatch.StartNew();
        for (var round = 0; round == 0 || !isWarm && round < WarmRounds && warming.Elapsed < WarmTime; round++)
            Measure((_, _) => { });
        for (var round = 0; round < rounds; round++)
        {
            Measure((i, found) => seconds[i][round] = found);
            progress?.Invoke(round + 1);
        }
        return seconds;

        void Measure(Action<int, double> note)
        {
            random.Shuffle(order);
            foreach (var i in order)
                note(i, Settled(models[i], batch, cancellation));
        }
    }
}
