using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Search;
using Gpu.Shapes;

namespace Benchmarks.Speed;

/// <summary>The sample's model, of 2 million parameters: bound by the number of operations, not by their size.</summary>
internal static class SmallModelSpeed
{
    internal const string Group = "small model";
    private const int TextTokens = 16, AnswerTokens = 2;

    internal static IEnumerable<SpeedRow> Measure(LlavaModel model, int rounds, bool quick)
    {
        foreach (var (rows, mean) in new[] { (32, 48), (32, 16), (1, 48), (1, 16) })
            yield return Row(model, rows, FormattableString.Invariant($"{mean} mean tokens"), TypicalPlan.Of(model.ToPlanModel(), mean), rounds, wanted: "");
        if (quick)
            yield break;
        using var questions = new SampleQuestions(400);
        var plan = new OperatorSearch(model, new SearchSettings { Constraints = new() { MeanVisualTokens = 16 } }).Run(questions.Data).Plan;
        yield return Row(model, 1, $"the plan of a default search for 16 mean tokens ({plan.Sites.Count} of {model.LayerCount} sites)", plan, rounds, "at least 1.3");
    }

    private static SpeedRow Row(LlavaModel model, int rows, string what, ReductionPlan plan, int rounds, string wanted)
    {
        using var batch = LargeModel.Batch(model, rows, TextTokens);
        var (unreduced, reduced) = (new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel())), new ReducedModel(model, plan));
        var seconds = Interleaved.Seconds(rounds, () => unreduced.Generate(batch, AnswerTokens), () => reduced.Generate(batch, AnswerTokens));
        return SpeedRow.Of(Group, $"scenes-llava, short answers, {what}, {(rows == 1 ? "one row" : $"{rows} rows")}",
            [.. seconds[0].Zip(seconds[1], (all, fewer) => all / fewer)], "the unreduced model's time over this one's", wanted,
            FormattableString.Invariant($"{Statistics.Median(seconds[1]) * 1000:0.0} ms against {Statistics.Median(seconds[0]) * 1000:0.0} ms"));
    }
}
