using EosMLNet.Search;
using EosMLNet.Tests.Latency;
using EosMLNet.Tests.Plans;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class LatencyConstraintTests
{
    [Property(MaxTest = 100)]
    public void Its_gradient_is_that_of_finite_differences(int seed)
    {
        const double Step = 1e-6;
        var random = new Random(seed);
        var (constraint, counts) = (Draw(random, random.Next(2)), Counts(random));
        double[] marks = [143, .. LatencyGrid.Of(144, fine: true)];
        if (counts.Prepend(144).Zip(counts).Any(pair => Near(pair.First - pair.Second, 0, 1)) || counts.Any(k => Near(k, marks)))
            return; // a kink
        using var scope = NewDisposeScope();
        var tensors = counts.Select(k => tensor(k, dtype: ScalarType.Float64).requires_grad_()).ToArray();
        var excess = constraint.Excess(tensors);
        Assert.Equal(constraint.Excess(counts), excess.Number(), 1e-9);
        excess.backward();
        for (var i = 0; i < counts.Length; i++)
            Assert.Equal((At(i, Step) - At(i, -Step)) / (2 * Step), tensors[i].grad!.Number(), 1e-5 * (1 + Math.Abs(tensors[i].grad!.Number())));

        double At(int site, double step) => constraint.Excess([.. counts.Select((k, i) => i == site ? k + step : k)]);
        static bool Near(double x, params double[] marks) => marks.Any(mark => Math.Abs(x - mark) < 1e-4);
    }

    [Property(MaxTest = 100)]
    public void It_has_no_jumps_where_a_site_appears_or_is_there_or_a_measurement_lies(int seed)
    {
        const double Little = 1e-9;
        var random = new Random(seed);
        var (constraint, counts, site) = (Draw(random, random.Next(2)), Counts(random), random.Next(3));
        var entering = site == 0 ? 144 : counts[site - 1];
        foreach (var kept in new[] { entering, entering - 1, 128, 64, 24, 2 }.Where(kept => kept > 1 && kept <= entering))
        {
            double[] here = [.. counts.Select((k, i) => i < site ? k : Math.Min(k, kept))];
            here[site] = kept;
            var fewer = (double[])here.Clone();
            fewer[site] -= Little;
            Assert.Equal(constraint.Of(here), constraint.Of(fewer), 1e-3); // of thousands of milliseconds
        }
    }

    [Property(MaxTest = 100)]
    public void Of_whole_counts_it_is_the_prediction_of_their_dearest_plan(int seed)
    {
        var random = new Random(seed);
        var constraint = Draw(random, random.Next(2));
        int[] keeps = [.. Counts(random).Select(k => (int)k)];
        var (tokens, sites) = (144, new List<ReductionSite>());
        for (var i = 0; i < keeps.Length; i++)
        {
            if (keeps[i] < tokens)
                sites.Add(constraint.Sites[i] with { Keep = tokens = keeps[i] });
        }
        var plan = ReductionPlan.Create(PlanModels.Scenes, sites);
        Assert.Equal(constraint.Profile.Predict(plan) * 1000, constraint.Of([.. keeps.Select(k => (double)k)]), 1e-9 * constraint.Limit);
    }

    private static LatencyConstraint Draw(Random random, int weighted) => new(
        (LatencyKind)ConstraintKind.LatencyMs, 5000, LatencySample.Random(PlanModels.Scenes, random.Next()).Profiles[0], 144, 1,
        [.. new[] { 1, 2, 4 }.Select(layer => new ReductionSite
        {
            Layer = layer,
            Keep = 1,
            Transfer = random.Next(2),
            Temperature = random.Next(2),
            Diversity = random.Next(2),
            ProportionalAttention = weighted,
            Reweight = random.Next(2),
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Novelty] = 1, [ScoreCriterion.TextAttention] = 1 },
        })], [1, 2, 2]);

    private static double[] Counts(Random random) => [.. Enumerable.Range(0, 3).Select(_ => random.Next(4) == 0 ? 144 : 1 + 143 * random.NextDouble()).OrderDescending()];
}
