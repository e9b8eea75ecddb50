using EosMLNet.Models;
using EosMLNet.Search;
using TorchSharp;

namespace Benchmarks.Speed;

/// <summary>The rows of the search's step, of loading and of <c>Transform</c>.</summary>
internal static class WholeSpeed
{
    internal const string SearchStep = "search step", Loading = "loading", FirstAnswer = "first answer", Transform = "transform";

    internal static IEnumerable<SpeedRow> MeasureSearchStep(LlavaModel model, int steps, bool quick)
    {
        using var questions = new SampleQuestions(60);
        foreach (var mean in quick ? new[] { 48 } : [48, 16])
        {
            var ratios = SearchStepSpeed.Ratios(model, questions.Data, new SearchSettings { Constraints = new() { MeanVisualTokens = mean }, Steps = steps });
            yield return SpeedRow.Of(SearchStep, $"a search's step, {mean} mean tokens, scenes-llava, default settings", ratios, "one forward and backward pass of the unreduced model over the same questions", "at most 1.5", $"{ratios.Count} steps");
        }
    }

    internal static IEnumerable<SpeedRow> MeasureLoading(int rounds, bool quick)
    {
        (string Name, int Shards, torch.ScalarType Stored)[] cases = [("1.2 GB in float32, one file", 1, torch.ScalarType.Float32), ("1.2 GB in float32, three shards", 3, torch.ScalarType.Float32), ("0.6 GB in bfloat16, loaded as such", 1, torch.ScalarType.BFloat16)];
        foreach (var (name, shards, stored) in quick ? cases[..1] : cases)
        {
            var (toBuffer, toFreshMemory, peak) = LoadingSpeed.Measure(rounds, shards, stored, stored);
            yield return SpeedRow.Of(Loading, $"loading, {name}", toFreshMemory, "time to read the same files, in the page cache, into fresh memory", "at least 0.8", "one thread reads");
            yield return SpeedRow.Of(Loading, $"loading, {name}", toBuffer, "time to read the same files into one buffer of 1 MiB, which keeps nothing", "at least 0.8", "no page is cleared for it");
            yield return SpeedRow.Of(Loading, $"memory while loading, {name}", [peak], "the weights", "at most 1.10", "one load");
        }
    }

    internal static IEnumerable<SpeedRow> MeasureFirstAnswer(int rounds, bool quick)
    {
        (string Name, int? Mean)[] cases = [("unreduced", null), ("64 mean tokens", 64)];
        foreach (var (name, mean) in quick ? cases[..1] : cases)
        {
            var times = LoadingSpeed.FirstAnswer(rounds, mean, newTokens: 16);
            const string Reference = "loading and the same answer once more";
            yield return SpeedRow.Of(FirstAnswer, $"load to the first answer, 1.2 GB in float32, {name}, plan from a file",
                [.. times.Select(one => one.Beside.Ratio)], Reference, mean is null ? "at most 1.3" : "", Note(one => one.Beside));
            yield return SpeedRow.Of(FirstAnswer, "the same with the weights hashed in front of it",
                [.. times.Select(one => one.InFront.Ratio)], Reference, "", Note(one => one.InFront));

            string Note(Func<(FirstAnswerTimes Beside, FirstAnswerTimes InFront), FirstAnswerTimes> way) => FormattableString.Invariant(
                $"loading {Median(one => way(one).Load):0} ms, first answer of 16 tokens {Median(one => way(one).First):0} ms, second {Median(one => way(one).Second):0} ms");

            double Median(Func<(FirstAnswerTimes Beside, FirstAnswerTimes InFront), double> of) => 1e3 * times.Select(of).Order().ElementAt(times.Count / 2);
        }
    }

    internal static IEnumerable<SpeedRow> MeasureTransform(int rounds, bool quick)
    {
        yield return SpeedRow.Of(Transform, "ML.NET Transform, scenes-llava unreduced", TransformSpeed.Measure(rounds), "time of the bare loop, images decoded before", "at least 0.95", "");
        if (!quick)
            yield return SpeedRow.Of(Transform, "ML.NET Transform, scenes-llava, 16 mean tokens", TransformSpeed.Measure(rounds, meanTokens: 16), "time of the bare loop, images decoded before", "at least 0.95", "");
    }
}
