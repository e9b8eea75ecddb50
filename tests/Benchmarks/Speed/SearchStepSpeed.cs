using System.Diagnostics;
using EosMLNet.Models;
using EosMLNet.Search;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>
/// How long a step of a search takes, beside one forward and one backward pass of the same frozen model, unreduced, over the same questions. The two are timed in turn, step by step,
/// so that whatever else the machine does meets both.
/// </summary>
internal static class SearchStepSpeed
{
    /// <summary>A step's time over that of the plain pass of the same questions, one for each step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="training">Questions with answers; a few hundred are enough.</param>
    /// <param name="settings">The search; its last step is its cheapest, so that <see cref="SearchSettings.Steps"/> says how the whole of it is sampled.</param>
    internal static IReadOnlyList<double> Ratios(VisionLanguageModel model, VqaDataset training, SearchSettings settings)
    {
        // Trials between the steps are no part of a step, and no site is dropped.
        settings = settings with { TryCounts = false, SnapToCorners = false, ValidationQuestions = 1, Frozen = settings.Frozen with { Activation = 1 } };
        using var data = SearchData.Of(model, model.Processor!, training, [.. training.Examples.Select(row => row.Family).Distinct().Order(StringComparer.Ordinal)], settings, default);
        foreach (var row in data.Rows) // what is made of the images is made once in a search
        {
            using var scope = NewDisposeScope();
            data.Images.Get(PackedRow.ImagesOf([row]));
        }
        var random = new SearchRandom(settings.Seed);
        var ratios = new List<double>();
        var clock = new Stopwatch();
        new OperatorSearch(model, settings).RunFront([settings.Constraints], data, data, new AfterEachStep(step =>
        {
            var searched = clock.Elapsed;
            clock.Restart();
            PlainPass(model, data, random.Batch(data.Rows, settings.Sequences, step));
            if (step > 1) // the first one has no beginning, and warms up
                ratios.Add(searched / clock.Elapsed);
            clock.Restart();
        }), default);
        return ratios;
    }

    private static void PlainPass(VisionLanguageModel model, SearchData data, IReadOnlyList<PackedRow> rows)
    {
        using var scope = NewDisposeScope();
        var batch = new PackedBatch(rows, model);
        var vision = data.Images.Get(PackedRow.ImagesOf(rows));
        var features = new VisionOutput(vision.Stacked().detach().requires_grad_());
        var hidden = new SearchForward(model).Run(batch, features, [], 1, kept => kept);
        var loss = TaskLoss.CrossEntropy(batch, TaskLoss.LogProbabilities(model, batch, hidden));
        loss.backward();
        loss.Number(); // waits for the device
    }

    private sealed class AfterEachStep(Action<int> handler) : IProgress<SearchProgress>
    {
        public void Report(SearchProgress value)
        {
            if (value.Phase == SearchPhase.Steps)
                handler(value.Step);
        }
    }
}
