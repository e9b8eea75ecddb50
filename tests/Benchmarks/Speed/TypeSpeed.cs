using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>
/// Prefill and decode in bfloat16, in 8 bits and, where it is used, in float32 with packed weights, each against float32 with ordinary weights in the same run: one checkpoint of
/// 489 million parameters, stored in bfloat16 and loaded in every type.
/// </summary>
internal static class TypeSpeed
{
    internal const string EightRows = "types, 8 rows", OneRow = "types, one row", Decoding = "types, decode";
    private const int Tokens = 32;

    internal static IEnumerable<SpeedRow> MeasurePrefill(int rows, int rounds, IReadOnlyList<int> means) => InEveryType(models => Prefill(models, rows, rounds, means));

    internal static IEnumerable<SpeedRow> MeasureDecode(int rounds) => InEveryType(models => Decode(models, rounds));

    private static IEnumerable<SpeedRow> InEveryType(Func<LlavaModel[], IEnumerable<SpeedRow>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("eos-types-").FullName;
        try
        {
            RandomCheckpoint.Write(LargeModel.Config with { EosTokenIds = [31_998] }, folder, shards: 1, ScalarType.BFloat16);
            var types = new List<ModelDataType> { ModelDataType.BFloat16 };
            if (DataTypes.IsPacked(ScalarType.Float32, LargeModel.Config.Text.HiddenSize))
                types.Add(ModelDataType.Float32);
            if (CpuSpeed.HasInt8)
                types.Add(ModelDataType.Int8);
            LlavaModel[] models = [LlavaModel.Load(folder, ModelDataType.Float32, use: ModelUse.Search), .. types.Select(type => LlavaModel.Load(folder, type))];
            try
            {
                foreach (var row in measure(models))
                    yield return row;
            }
            finally
            {
                Array.ForEach(models, model => model.Dispose());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Group(int rows) => rows == 1 ? OneRow : EightRows;

    private static IEnumerable<SpeedRow> Prefill(LlavaModel[] models, int rows, int rounds, IReadOnlyList<int> means)
    {
        PromptBatch[] batches = [.. models.Select(model => LargeModel.Batch(model, rows, DecoderSpeed.TextTokens))];
        ReductionPlan[] plans = [ReductionPlan.Identity(models[0].ToPlanModel()), .. means.Select(mean => TypicalPlan.Of(models[0].ToPlanModel(), mean))];
        BareSequence[] floors = [.. models.Skip(1).SelectMany(model => plans.Select(plan => new BareSequence(model, rows, [.. plan.Ledger.VisualTokensPerLayer.Select(tokens => (int)tokens + DecoderSpeed.TextTokens)])))];
        var wholes = models.SelectMany((model, i) => plans.Select(plan => new ReducedModel(model, plan)).Select(reduced => (Action)(() => reduced.Generate(batches[i], 1))));
        var seconds = Interleaved.Seconds(rounds, [.. wholes, .. floors.Select(floor => (Action)floor.Run)]);
        for (var m = 1; m < models.Length; m++)
        {
            var (type, all) = (models[m].WeightType, seconds[m * plans.Length]);
            for (var p = 0; p < plans.Length; p++)
            {
                var (times, precise, bare) = (seconds[m * plans.Length + p], seconds[p], seconds[(models.Length + m - 1) * plans.Length + p]);
                var name = FormattableString.Invariant($"{Name(type)}, {(p == 0 ? "unreduced" : $"{plans[p].Ledger.Mean:0} mean tokens")}, {DecoderSpeed.Rows(rows)}");
                var wanted = type != ModelDataType.BFloat16 ? "" : p == 0 ? rows > 1 ? "at least 4.5" : "at least 4" : plans[p].Ledger.Mean < 100 ? "at least 3.5" : "";
                yield return SpeedRow.Of(Group(rows), $"prefill in {name}", [.. precise.Zip(times, (a, b) => a / b)], "its speed in ordinary float32", wanted,
                    $"{DecoderSpeed.Milliseconds(times)} against {DecoderSpeed.Milliseconds(precise)}");
                yield return SpeedRow.Of(Group(rows), $"prefill in {name}", [.. times.Zip(bare, (a, b) => a / b)], "its matrix products and attention calls alone", type == ModelDataType.BFloat16 ? "at most 1.2" : "",
                    $"{DecoderSpeed.Milliseconds(times)} against {DecoderSpeed.Milliseconds(bare)}");
                if (p == 0)
                    continue;
                var promised = plans[p].Ledger.MacsRatio;
                yield return SpeedRow.Of(Group(rows), $"prefill in {name}", [.. all.Zip(times, (a, b) => a / b * promised)], "speed-up as the MACs ratio promises it",
                    type != ModelDataType.BFloat16 ? "" : rows > 1 ? "at least 0.9" : plans[p].Ledger.Mean switch { > 100 => "at least 0.85", > 32 => "at least 0.8", _ => "at least 0.65" },
                    FormattableString.Invariant($"{Statistics.Median([.. all.Zip(times, (a, b) => a / b)]):0.00} times faster, MACs {1 / promised:0.00} times fewer"));
            }
        }
        foreach (var disposable in batches.Concat<IDisposable>(floors))
            disposable.Dispose();
    }

    private static IEnumerable<SpeedRow> Decode(LlavaModel[] models, int rounds)
    {
        PromptBatch[] batches = [.. models.Select(model => LargeModel.Batch(model, 1, DecoderSpeed.TextTokens))];
        ReducedModel[] reduced = [.. models.Select(model => new ReducedModel(model, TypicalPlan.Of(model.ToPlanModel(), 64)))];
        var seconds = models.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++) // the first one warms up
        {
            for (var turn = 0; turn < models.Length; turn++)
            {
                var m = round % 2 == 0 ? turn : models.Length - 1 - turn;
                var time = DecoderSpeed.DecodingSeconds(reduced[m], batches[m], Tokens);
                if (round >= 0)
                    seconds[m].Add(time);
            }
        }
        for (var m = 1; m < models.Length; m++)
            yield return SpeedRow.Of(Decoding, $"decode in {Name(models[m].WeightType)}, 64 mean tokens, one row", [.. seconds[m].Zip(seconds[0], (a, b) => a / b)], "its time in ordinary float32",
                models[m].WeightType switch { ModelDataType.Int8 => "at most 0.4", ModelDataType.BFloat16 => "at most 0.6", _ => "" }, $"{DecoderSpeed.Milliseconds(seconds[m], Tokens)} a token against {DecoderSpeed.Milliseconds(seconds[0], Tokens)}");
        Array.ForEach(batches, batch => batch.Dispose());
    }

    private static string Name(ModelDataType type) => type == ModelDataType.Float32 ? "packed Float32" : $"{type}";
}
