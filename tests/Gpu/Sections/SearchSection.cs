using EosMLNet.Search;
using Gpu.Report;
using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>What a step of the search costs on this shape, at several numbers of questions.</summary>
internal static class SearchSection
{
    private const int Steps = 5, Images = 4;

    /// <summary>The steps of few questions.</summary>
    internal static void Measure(Bench bench, Action<object> save) => Measure(bench, save, bench.Shape.SearchBatches.SkipLast(1));

    /// <summary>That of the most questions, which needs most time and memory and comes last of all.</summary>
    internal static void MeasureLargest(Bench bench, Action<object> save) => Measure(bench, save, bench.Shape.SearchBatches.TakeLast(1));

    private static void Measure(Bench bench, Action<object> save, IEnumerable<int> batches)
    {
        var before = DeviceMemory.Used(bench);
        using var model = RandomLlava.Create(bench.Shape.Config, bench.DataType, bench.Device, Scenes.Processor(bench.Shape.Config));
        var data = Scenes.Draw(seed: 13, Images);
        var rows = new List<SearchRow>();
        foreach (var batch in batches)
        {
            rows.Add(Row(batch));
            save(rows);
            Console.WriteLine(FormattableString.Invariant($"  {batch} questions: {(rows[^1].StepSeconds is { } seconds ? $"{seconds:0.000} s a step" : rows[^1].Note)}"));
            if (rows[^1].StepSeconds is null)
                break; // more questions need more
        }

        SearchRow Row(int batch)
        {
            var times = new StepTimes();
            var settings = new SearchSettings
            {
                Constraints = new() { MeanVisualTokens = bench.Shape.SearchBudget }, Steps = Steps, BatchSize = batch, ValidationQuestions = 1, SnapToCorners = false, TryCounts = false, Frozen = new() { Activation = 1 },
                RecomputedLayers = bench.Shape.RecomputedLayers,
            };
            try
            {
                new OperatorSearch(model, settings).Run(data, data.Take(1), times);
                return new SearchRow(batch, times.Median, DeviceMemory.Used(bench) - before, null);
            }
            catch (Exception e) when (OutOfMemory.Is(e))
            {
                return new SearchRow(batch, null, null, OutOfMemory.Name);
            }
        }
    }
}
