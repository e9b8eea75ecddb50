using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Shapes;

namespace Benchmarks.Speed;

/// <summary>The sample's model, of 2 million parameters: bound by the number of operations, not by their size.</summary>
internal static class SmallModelSpeed
{
    internal const string Group = "small model";
    private const int TextTokens = 16, AnswerTokens = 2;

    internal static IEnumerable<SpeedRow> Measure(LlavaModel model, int rounds)
    {
        foreach (var (rows, mean) in new[] { (32, 48), (32, 16), (1, 48), (1, 16) })
        {
            using var batch = LargeModel.Batch(model, rows, TextTokens);
            var (unreduced, reduced) = (new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel())), new ReducedModel(model, TypicalPlan.Of(model.ToPlanModel(), mean)));
            var seconds = Interleaved.Seconds(rounds, () => unreduced.Generate(batch, AnswerTokens), () => reduced.Generate(batch, AnswerTokens));
            yield return SpeedRow.Of(Group, FormattableString.Invariant($"scenes-llava, short answers, {mean} mean tokens, {(rows == 1 ? "one row" : $"{rows} rows")}"),
                [.. seconds[0].Zip(seconds[1], (all, fewer) => all / fewer)], "the unreduced model's time over this one's", "",
                FormattableString.Invariant($"{Statistics.Median(seconds[1]) * 1000:0.0} ms against {Statistics.Median(seconds[0]) * 1000:0.0} ms"));
        }
    }
}
