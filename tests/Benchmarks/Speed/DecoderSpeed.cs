using System.Diagnostics;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Shapes;

namespace Benchmarks.Speed;

/// <summary>Prefill, decode and the floor below them, on a large random model.</summary>
internal static class DecoderSpeed
{
    internal const string Prefill = "prefill", Decode = "decode", Floor = "floor";
    internal const int TextTokens = 32;

    internal static IEnumerable<SpeedRow> MeasurePrefill(LlavaModel model, int rows, int rounds, IReadOnlyList<int> means)
    {
        using var batch = LargeModel.Batch(model, rows, TextTokens);
        ReductionPlan[] plans = [.. means.Select(mean => TypicalPlan.Of(model.ToPlanModel(), mean))];
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        ReducedModel[] models = [unreduced, .. plans.Select(plan => new ReducedModel(model, plan))];
        var seconds = Interleaved.Seconds(rounds, [.. models.Select(reduced => (Action)(() => reduced.Generate(batch, 1)))]);
        foreach (var (plan, times) in plans.Zip(seconds.Skip(1)))
        {
            double[] speedUps = [.. seconds[0].Zip(times, (all, fewer) => all / fewer)];
            yield return SpeedRow.Of(Prefill, $"prefill, {plan.Ledger.Mean:0} mean tokens, {Rows(rows)}", [.. speedUps.Select(s => s * plan.Ledger.MacsRatio)],
                "speed-up as the MACs ratio promises it", rows > 1 ? "at least 0.85" : "",
                FormattableString.Invariant($"{Statistics.Median(speedUps):0.00} times faster, MACs {1 / plan.Ledger.MacsRatio:0.00} times fewer; {Milliseconds(times)} against {Milliseconds(seconds[0])}"));
        }
    }

    internal static IEnumerable<SpeedRow> MeasureFloor(LlavaModel model, int rounds, IReadOnlyList<int> means)
    {
        using var batch = LargeModel.Batch(model, 1, TextTokens);
        using var bare = new BareSequence(model, 1, model.VisualTokens + TextTokens);
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var seconds = Interleaved.Seconds(rounds, bare.Run, () => unreduced.Generate(batch, 1));
        yield return SpeedRow.Of(Floor, "unreduced prefill, one row", [.. seconds[1].Zip(seconds[0], (whole, floor) => whole / floor)],
            "its matrix products and attention calls alone", "at most 1.10", $"{Milliseconds(seconds[1])} against {Milliseconds(seconds[0])}");
        foreach (var mean in means)
        {
            var plan = TypicalPlan.Of(model.ToPlanModel(), mean);
            var reduced = new ReducedModel(model, plan);
            using var floor = new BareSequence(model, 1, [.. plan.Ledger.VisualTokensPerLayer.Select(tokens => (int)tokens + TextTokens)]);
            var times = Interleaved.Seconds(rounds, floor.Run, () => reduced.Generate(batch, 1));
            yield return SpeedRow.Of(Floor, $"prefill, {mean} mean tokens, one row", [.. times[1].Zip(times[0], (whole, least) => whole / least)],
                "matrix products and attention calls of so many tokens alone", "", $"{Milliseconds(times[1])} against {Milliseconds(times[0])}");
        }
    }

    internal static IEnumerable<SpeedRow> MeasureDecode(LlavaModel model, int rows, int tokens, int rounds, IReadOnlyList<int> means)
    {
        using var batch = LargeModel.Batch(model, rows, TextTokens);
        var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        foreach (var mean in means)
        {
            var reduced = new ReducedModel(model, TypicalPlan.Of(model.ToPlanModel(), mean));
            var (all, fewer) = (new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++) // the first one warms up
            {
                var (first, second) = round % 2 == 0 ? (unreduced, reduced) : (reduced, unreduced);
                var (one, other) = (Decoding(first), Decoding(second));
                if (round < 0)
                    continue;
                all.Add(ReferenceEquals(first, unreduced) ? one : other);
                fewer.Add(ReferenceEquals(first, unreduced) ? other : one);
            }
            yield return SpeedRow.Of(Decode, $"decode of {tokens} tokens, {mean} mean tokens, {Rows(rows)}", [.. all.Zip(fewer, (a, b) => a / b)],
                "the unreduced model's decode", "at least 1", $"{Milliseconds(fewer, tokens)} a token against {Milliseconds(all, tokens)}");
        }

        double Decoding(ReducedModel which) => DecodingSeconds(which, batch, tokens);
    }

    /// <summary>Seconds from the first token, which the prefill gives, to the last.</summary>
    internal static double DecodingSeconds(ReducedModel which, PromptBatch batch, int tokens)
    {
        long start = 0, end = 0;
        which.Generate(batch, 1 + tokens, told: count =>
        {
            end = Stopwatch.GetTimestamp();
            if (count == 1)
                start = end;
        });
        return Stopwatch.GetElapsedTime(start, end).TotalSeconds;
    }

    internal static string Rows(int rows) => rows == 1 ? "one row" : $"{rows} rows";

    internal static string Milliseconds(IReadOnlyList<double> seconds, int parts = 1) => FormattableString.Invariant($"{Statistics.Median(seconds) * 1000 / parts:0.#} ms");
}
