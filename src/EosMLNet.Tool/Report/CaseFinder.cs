using EosMLNet.Execution;
using EosMLNet.Tool.CommandLine;
using EosMLNet.Tool.Evaluate;
using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report;

/// <summary>Chooses the questions that a report shows, and follows their tokens.</summary>
internal static class CaseFinder
{
    private const int MostViews = 4; // of one image

    /// <summary>Chooses questions and follows their tokens.</summary>
    /// <param name="plan">The model under the plan.</param>
    /// <param name="data">The questions that were asked.</param>
    /// <param name="answers">What the plan and the unreduced model answered.</param>
    /// <param name="settings">How many are shown, and what their pictures may take.</param>
    /// <param name="console">Shows progress.</param>
    /// <param name="cancellation">Looked at before each question.</param>
    internal static ReportCases Find(
        ReducedModel plan, VqaDataset data, (BenchmarkReport.PlanReport Plan, BenchmarkReport.PlanReport Unreduced) answers,
        ReportSettings settings, EosConsole console, CancellationToken cancellation)
    {
        var store = new PictureStore(plan.Model.Processor!.Images.Padding, settings.PictureBytes);
        int[] rows = [.. Enumerable.Range(0, data.Examples.Count)];
        int[] lost = [.. rows.Where(row => answers.Plan.Scores[row] < answers.Unreduced.Scores[row])];
        int[] won = [.. rows.Where(row => answers.Plan.Scores[row] > answers.Unreduced.Scores[row])];
        // Of each picture another of its questions: the first ones are often of one kind.
        int[] examples = [.. rows.GroupBy(row => string.Join(' ', data.Examples[row].Images))
            .Select((about, i) => about.ElementAt(i % about.Count()))];
        IReadOnlyList<int>[] shown =
            [Spread.Over(lost, settings.Cases), Spread.Over(won, settings.Cases), Spread.Over(examples, settings.Pictures)];
        var (done, all) = (0, shown.Sum(group => group.Count));
        var groups = console.Progress("Following tokens", display => shown.Select(group => group.Select(row =>
        {
            cancellation.ThrowIfCancellationRequested();
            display.Report(ProgressNote.Counted(done++, all, "questions", display.Elapsed));
            return Case(plan, data, row, answers, store);
        }).ToArray()).ToArray());
        return new(new(lost.Length, groups[0]), new(won.Length, groups[1]), new(examples.Length, groups[2]), store.Pictures, store.LeftOut);
    }

    /// <summary>One question as a batch of its own.</summary>
    internal static PromptBatch Batch(ReducedModel model, VqaDataset data, VqaExample example) => PromptBatch.Create(
        model.Model, [((IReadOnlyList<Visual>)[.. example.Images.Select(image => data.Images[image])], example.Question)], model.Plan);

    private static ReportCase Case(
        ReducedModel plan, VqaDataset data, int row, (BenchmarkReport.PlanReport Plan, BenchmarkReport.PlanReport Unreduced) answers,
        PictureStore store)
    {
        var example = data.Examples[row];
        var isAsked = !double.IsNaN(answers.Plan.Probabilities[row]); // else it is too long to be followed, too
        return new(row, Place(example.ImagePath), example.Question, example.Answer, example.Family, Answer(answers.Plan, row),
            Answer(answers.Unreduced, row), isAsked ? Images(plan, data, example, store) : []);
    }

    // A cell may hold the picture itself, which is no name for it.
    private static string Place(string? path) => path is null || path.Contains("data:", StringComparison.Ordinal) ? "" : path;

    private static CaseAnswer Answer(BenchmarkReport.PlanReport report, int row)
    {
        var probability = report.Probabilities[row];
        return new(report.Answers[row], report.Scores[row], double.IsNaN(probability) ? null : Math.Round(probability, 4));
    }

    private static IReadOnlyList<CaseImage> Images(ReducedModel plan, VqaDataset data, VqaExample example, PictureStore store)
    {
        using var batch = Batch(plan, data, example);
        var traces = plan.Trace(batch);
        return [.. example.Images.Index().Select(image =>
        {
            var own = traces.Where(trace => trace.Image == image.Index).ToArray();
            var layout = own[0].Layout;
            return new CaseImage(layout.Count, [.. Views(plan, data.Images[image.Item], layout, store)], TokenStage.Of(plan.Plan, own));
        }).Where(image => image.Views.Count > 0)];
    }

    private static IEnumerable<TokenView> Views(ReducedModel plan, Visual visual, VisualLayout layout, PictureStore store)
    {
        var first = 0;
        var grids = new List<(VisualRegion Region, int First)>();
        foreach (var region in layout.Regions)
        {
            if (region != VisualRegion.Single)
                grids.Add((region, first));
            first += region.Count;
        }
        foreach (var (number, (region, at)) in Spread.Over([.. grids.Index()], MostViews))
        {
            var frames = visual as VideoFrames;
            var frame = frames is null ? 0 : Math.Min(number * plan.Model.Processor!.Images.FramesPerStep, frames.Count - 1);
            var name = frames is not null ? $"frame {frame + 1} of {frames.Count}"
                : grids.Count == 1 ? "" : FormattableString.Invariant($"{region.Rows} by {region.Columns} tokens");
            if (store.Add(frames?[frame] ?? (RgbImage)visual) is { } picture)
                yield return new(picture, name, region.Rows, region.Columns, at, region.Columns + (region.HasNewlines ? 1 : 0));
        }
    }
}
