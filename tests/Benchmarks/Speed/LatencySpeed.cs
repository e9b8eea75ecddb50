using EosMLNet.Evaluation;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Search;
using Gpu.Shapes;

namespace Benchmarks.Speed;

/// <summary>Predicted latency beside measured latency, of plans that meet a limit on latency.</summary>
internal static class LatencySpeed
{
    internal const string Group = "latency";
    private const int TextTokens = 32;

    /// <summary>Plans that real, if short, searches end with.</summary>
    internal static IEnumerable<SpeedRow> MeasureSearched(LlavaModel model, int batch, IReadOnlyList<double> fractions, int steps, int calibrationRounds, int rounds)
    {
        using var questions = new SampleQuestions(60);
        return [.. Measure("scenes-llava", model, batch, fractions, calibrationRounds, rounds, constraints =>
            new OperatorSearch(model, new SearchSettings { Constraints = constraints, Steps = steps, ValidationQuestions = 100 }).Run(questions.Data).Plan)];
    }

    /// <summary>Typical plans on a model that cannot be asked: their counts, held below the limit as a search holds its own.</summary>
    internal static IEnumerable<SpeedRow> MeasureTypical(LlavaModel model, IReadOnlyList<double> fractions, int calibrationRounds, int rounds) =>
        Measure("the large model", model, 1, fractions, calibrationRounds, rounds, constraints =>
        {
            var typical = TypicalPlan.Of(model.ToPlanModel(), model.VisualTokens / 4);
            var budget = new SearchBudget(model.ToPlanModel(), [.. typical.Sites.Select(site => site.Layer)], constraints, sites: typical.Sites);
            var keeps = budget.Round([.. typical.Sites.Select(site => (double)site.Keep)]);
            // A site that drops nothing is left out, as in a searched plan.
            var entering = keeps.Prepend(model.VisualTokens);
            return ReductionPlan.Create(model.ToPlanModel(), typical.Sites.Zip(keeps, entering).Where(x => x.Second < x.Third).Select(x => x.First with { Keep = x.Second }), typical.Parameters);
        });

    private static IEnumerable<SpeedRow> Measure(string name, LlavaModel model, int batch, IReadOnlyList<double> fractions, int calibrationRounds, int rounds, Func<SearchConstraints, ReductionPlan> find)
    {
        var table = LatencyCalibration.Measure(model, TextTokens, batch, calibrationRounds);
        ReductionPlan[] plans = [ReductionPlan.Identity(model.ToPlanModel()), .. fractions.Select(fraction => find(new SearchConstraints { LatencyFraction = fraction, Latency = table, LatencyTextTokens = TextTokens, LatencyBatch = batch }))];
        var measured = LatencyCalibration.MeasurePlans(model, plans, TextTokens, batch, rounds);
        double[] predicted = [.. plans.Select(plan => table.Predict(plan, TextTokens, batch))];
        var prompts = $"{name}, {(batch == 1 ? "one row" : $"{batch} rows")}";
        yield return SpeedRow.Of(Group, $"{prompts}, unreduced prefill", [.. measured[0].Select(ms => ms / predicted[0])], "the table's prediction", "", $"{Times(0)}: how much slower the machine is than when it was calibrated");
        for (var i = 1; i < plans.Length; i++)
        {
            var (share, limit) = (predicted[i] / predicted[0], FormattableString.Invariant($"{fractions[i - 1]:0.##}"));
            double[] shares = [.. measured[i].Zip(measured[0], (plan, all) => plan / all)];
            yield return SpeedRow.Of(Group, $"{prompts}, prefill limited to {limit} of unreduced", [.. shares.Select(x => x / share)], "its predicted part of the unreduced prefill", "0.95 to 1.05", Times(i));
            yield return SpeedRow.Of(Group, $"{prompts}, the same plan", shares, "the unreduced prefill", $"at most {limit}", $"visual tokens a layer: {string.Join(", ", plans[i].Ledger.VisualTokensPerLayer)}");
        }

        string Times(int i) => FormattableString.Invariant($"{Statistics.Median(measured[i]):0.00} ms, predicted {predicted[i]:0.00}");
    }
}
