using System.CommandLine;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests;

namespace Benchmarks.Speed;

/// <summary><c>speed</c>: how close to the limit inference, search and loading are.</summary>
internal sealed class SpeedCommand : Command
{
    private static readonly int[] Means = [192, 128, 64, 16];

    private readonly Option<bool> quick = new("--quick") { Description = "The main ratios in less than five minutes; printed, and written only where --output is given." };
    private readonly Option<string[]> only = new("--only") { Description = "Groups to measure; the report keeps the other rows.", HelpName = "GROUP", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> output = new("--output") { Description = "Where the report goes.", HelpName = "DIR" };

    internal SpeedCommand()
        : base("speed", "Ratios of times: prefill, decode, search step, Transform, loading, latency.")
    {
        foreach (var option in new Option[] { quick, only, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick), values.GetValue(only) ?? [], values.GetValue(output)));
    }

    private static int Measure(bool quick, IReadOnlyList<string> only, string? output)
    {
        TorchRuntime.EnsureLoaded();
        var folder = output ?? (quick ? null : Repository.At("build", "docs", "benchmarks"));
        var groups = Groups(quick);
        foreach (var (name, measure) in groups.Where(group => only.Count == 0 ? group.Name is not (SevenBillionSpeed.Group or ThreeBillionSpeed.Group) : only.Contains(group.Name))) // those take 14 and 8 GB of disk
        {
            var rows = new List<SpeedRow>();
            foreach (var row in measure())
            {
                Console.WriteLine(FormattableString.Invariant($"{DateTime.Now:HH:mm:ss} {row.Name}: {row.Ratio:0.000} ({row.Low:0.000} to {row.High:0.000}) to {row.Reference}{(row.Wanted == "" ? "" : $", wanted {row.Wanted}")}; {row.Note}"));
                rows.Add(row);
                // After each row: a run that is stopped loses nothing.
                if (folder is not null)
                    SpeedReport.Write(folder, rows, [.. groups.Select(group => group.Name)]);
            }
        }
        return 0;
    }

    private static IReadOnlyList<(string Name, Func<IEnumerable<SpeedRow>> Measure)> Groups(bool quick) =>
    [
        (DecoderSpeed.Prefill, () => OnLarge(model => quick ? DecoderSpeed.MeasurePrefill(model, 8, 2, [64, 16]) : DecoderSpeed.MeasurePrefill(model, 8, 5, Means).Concat(DecoderSpeed.MeasurePrefill(model, 1, 15, Means)))),
        (DecoderSpeed.Floor, () => OnLarge(model => quick ? DecoderSpeed.MeasureFloor(model, 3, [16]) : DecoderSpeed.MeasureFloor(model, 15, Means))),
        (DecoderSpeed.Decode, () => OnLarge(model => quick ? DecoderSpeed.MeasureDecode(model, 1, 16, 3, [16]) : DecoderSpeed.MeasureDecode(model, 1, 64, 7, [192, 16]).Concat(DecoderSpeed.MeasureDecode(model, 8, 64, 3, [16])))),
        (TypeSpeed.EightRows, () => quick ? [] : TypeSpeed.MeasurePrefill(8, 2, Means)),
        (TypeSpeed.OneRow, () => TypeSpeed.MeasurePrefill(1, quick ? 3 : 9, quick ? [64] : Means)),
        (TypeSpeed.Decoding, () => TypeSpeed.MeasureDecode(quick ? 3 : 9)),
        (LatencySpeed.Group, () => quick
            ? OnSample(model => LatencySpeed.MeasureSearched(model, 16, [0.6], 20, 11, 15))
            : OnSample(model => LatencySpeed.MeasureSearched(model, 16, [0.8, 0.6], 60, 21, 51).Concat(LatencySpeed.MeasureSearched(model, 1, [0.9], 60, 31, 51)))
                .Concat(OnLarge(model => LatencySpeed.MeasureTypical(model, [0.5, 0.25], 5, 9)))),
        (WholeSpeed.SearchStep, () => OnSample(model => WholeSpeed.MeasureSearchStep(model, quick ? 20 : 60, quick))),
        (WholeSpeed.Transform, () => WholeSpeed.MeasureTransform(quick ? 3 : 11, quick)),
        (WholeSpeed.Loading, () => WholeSpeed.MeasureLoading(quick ? 5 : 15, quick)),
        (WholeSpeed.FirstAnswer, () => WholeSpeed.MeasureFirstAnswer(quick ? 3 : 9, quick)),
        (SiteSpeed.Group, () => SiteSpeed.Measure(quick ? 5 : 25)),
        (SevenBillionSpeed.Group, SevenBillionSpeed.Measure),
        (ThreeBillionSpeed.Group, ThreeBillionSpeed.Measure),
        (SmallModelSpeed.Group, () => OnSample(model => SmallModelSpeed.Measure(model, quick ? 15 : 51, quick))),
    ];

    private static IEnumerable<SpeedRow> OnSample(Func<LlavaModel, IEnumerable<SpeedRow>> measure)
    {
        using var model = LlavaModel.Load(Path.Combine(AppContext.BaseDirectory, "scenes-llava"), ModelDataType.Float32);
        foreach (var row in measure(model))
            yield return row;
    }

    private static IEnumerable<SpeedRow> OnLarge(Func<LlavaModel, IEnumerable<SpeedRow>> measure)
    {
        using var model = LargeModel.Create();
        foreach (var row in measure(model))
            yield return row;
    }
}
