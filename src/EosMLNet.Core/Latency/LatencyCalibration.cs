using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace EosMLNet.Latency;

/// <summary>
/// Measures a <see cref="LatencyProfile"/>: layers and sites one by one, in turns, and whole prefills of a few plans, which say what the
/// parts come to when they are run together. The figures are medians. Nothing else should run on the device meanwhile; prompts and images
/// are made up, since what they say takes no time.
/// </summary>
public static class LatencyCalibration
{
    /// <summary>Repetitions of each measurement unless it is said otherwise.</summary>
    public const int DefaultRounds = 15;

    private const int Rank = 32; // of the learned text relevance, as a search has it

    /// <summary>Measures a table with one profile.</summary>
    /// <param name="model">The model, on the device that the table is for.</param>
    /// <param name="textTokens">Text tokens of each prompt.</param>
    /// <param name="batch">Prompts that are run together, with an image each.</param>
    /// <param name="rounds">How many times each measurement is repeated, at least 1.</param>
    /// <param name="progress">Told which part is done, from 0 to 1, after each round.</param>
    /// <param name="cancellation">Looked at before each measurement.</param>
    /// <exception cref="EosException">EOS1013: a number is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LatencyTable Measure(
        VisionLanguageModel model, int textTokens = TokenLedger.DefaultTextTokens, int batch = 1, int rounds = DefaultRounds,
        IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        new() { Target = model.ToLatencyTarget(), Profiles = [Profile(model, textTokens, batch, rounds, progress, cancellation)] };

    /// <summary>The same as a profile, to be added to a table of the same model and device.</summary>
    public static LatencyProfile Profile(
        VisionLanguageModel model, int textTokens = TokenLedger.DefaultTextTokens, int batch = 1, int rounds = DefaultRounds,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        if (rounds is < 1 or > 10_000)
            throw new EosException(EosErrors.InvalidOption, $"The rounds of a latency calibration are {rounds}; expected 1 to 10,000.");
        using var prompts = LatencyPrompt.Create(model, textTokens, batch);
        var parameters = Parameters(model);
        var probe = new LatencyProbe(model, prompts, parameters);
        ScoreCriterion[] criteria = [.. ScoreCriteria.All.Where(criterion =>
            criterion.IsTimed() && (criterion != ScoreCriterion.ClsAttention || model.HasClsAttention))];
        var (layerTokens, siteTokens) = (LatencyGrid.Of(model.VisualTokens, fine: true), LatencyGrid.Of(model.VisualTokens, fine: false));
        ReducedModel[] whole = [.. LatencyPlans.Of(model, parameters).Select(plan => new ReducedModel(model, plan))];
        var prefills = whole.Select(_ => new List<double>()).ToArray();
        try
        {
            var parts = new LatencyParts(probe, layerTokens, siteTokens, criteria);
            var random = new Random(1);
            for (var round = -1; round < rounds; round++) // the first one warms up
            {
                var keep = round >= 0;
                Action[] measurements = [.. parts.Measurements(keep), .. whole.Select((_, i) => (Action)(() => Prefill(i, keep)))];
                random.Shuffle(measurements); // what ran before leaves its traces in caches and allocator; not always the same on the same
                foreach (var measure in measurements)
                {
                    cancellation.ThrowIfCancellationRequested();
                    measure();
                }
                progress?.Report((round + 2.0) / (rounds + 1));
            }
            return LatencyFit.Apply(
                parts.Profile(textTokens, batch), [.. whole.Select((model, i) => (model.Plan, Statistics.Median(prefills[i])))]);
        }
        finally
        {
            Array.ForEach(whole, one => one.Dispose());
        }

        void Prefill(int plan, bool keep)
        {
            var seconds = PrefillClock.Settled(whole[plan], prompts, cancellation);
            if (keep)
                prefills[plan].Add(seconds);
        }
    }

    /// <summary>Measures prefill under plans, in turns, on prompts like those of a calibration.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plans">The plans.</param>
    /// <param name="textTokens">Text tokens of each prompt.</param>
    /// <param name="batch">Prompts that are run together.</param>
    /// <param name="rounds">How many times each is measured, after a first one that warms up.</param>
    /// <param name="cancellation">Looked at before each measurement.</param>
    /// <returns>For each plan its milliseconds in each round.</returns>
    /// <exception cref="EosException">EOS1013: a number is out of its range. EOS4002: a plan is for another model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<IReadOnlyList<double>> MeasurePlans(
        VisionLanguageModel model, IReadOnlyList<ReductionPlan> plans, int textTokens = TokenLedger.DefaultTextTokens, int batch = 1,
        int rounds = DefaultRounds, CancellationToken cancellation = default) =>
        MeasurePlans(model, plans, textTokens, batch, rounds, null, cancellation);

    /// <summary>The same, telling after each round how many are done.</summary>
    internal static IReadOnlyList<IReadOnlyList<double>> MeasurePlans(
        VisionLanguageModel model, IReadOnlyList<ReductionPlan> plans, int textTokens, int batch, int rounds, Action<int>? progress,
        CancellationToken cancellation)
    {
        using var prompts = LatencyPrompt.Create(model, textTokens, batch);
        ReducedModel[] reduced = [.. plans.Select(plan => new ReducedModel(model, plan))];
        try
        {
            var seconds = PrefillClock.Seconds(reduced, prompts, rounds, cancellation, progress);
            return [.. seconds.Select(each => each.Select(x => 1000 * x).ToArray())];
        }
        finally
        {
            Array.ForEach(reduced, one => one.Dispose());
        }
    }

    private static ScoreParameters Parameters(VisionLanguageModel model)
    {
        var random = new Random(1);
        return new ScoreParameters
        {
            Probe = Numbers(model.HiddenSize),
            Relevance = new TextRelevance(Rank, Numbers(Rank * model.HiddenSize), Numbers(Rank * model.HiddenSize)),
        };

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
