using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Measures plans on held-out rows, with the answers given token by token: loss, and how many answers greedy decoding would get right.
/// </summary>
internal sealed class Validation(VisionLanguageModel model, SearchForward forward, SearchData data, IReadOnlyList<PackedRow> rows,
    int batchSize, SearchMeter? meter = null)
{
    // Rows in other batches, and sums in another order, round otherwise: what lies so close together is compared when all is known.
    private const double Rounding = 1 + 1e-5;

    private readonly Dictionary<PackedRow, int> places =
        rows.Index().ToDictionary(row => row.Item, row => row.Index, (IEqualityComparer<PackedRow>)ReferenceEqualityComparer.Instance);

    /// <summary>The rows that a measurement is over.</summary>
    internal IReadOnlyList<PackedRow> Rows => rows;

    /// <summary>Rows of one forward pass.</summary>
    internal int BatchSize => batchSize;

    /// <summary>The data that the rows are of.</summary>
    internal SearchData Data => data;

    /// <summary>Questions that a measurement is over.</summary>
    internal int Questions { get; } = rows.Sum(row => row.Segments.Count);

    /// <summary>Questions that were answered in all measurements together.</summary>
    internal long Answered { get; private set; }

    /// <summary>Runs one plan. Dropped tokens really leave the sequence.</summary>
    internal ValidationResult Measure(ReductionPlan plan, CancellationToken cancellation) => MeasureUnlessWorse(plan, null, cancellation)!;

    /// <summary>
    /// Runs one plan, the rows first that the best one so far lost most on. Most plans that are worse have then lost more after a few rows
    /// than the best on all, and the rest is not run.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="bar">What it has to reach; <see langword="null"/> for nothing.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <returns>The plan's result; <see langword="null"/> where it is worse.</returns>
    internal ValidationResult? MeasureUnlessWorse(ReductionPlan plan, ValidationBar? bar, CancellationToken cancellation)
    {
        using var guard = no_grad();
        using var outer = NewDisposeScope();
        var working = ComputeType.Of(model.DataType);
        return Measure(SoftSite.Of(plan, working, model.Device), bar, cancellation);
    }

    /// <summary>Runs sites as they stand in a search, with counts rounded to the nearest.</summary>
    internal ValidationResult Measure(IReadOnlyList<SoftSite> sites, CancellationToken cancellation) => Measure(sites, null, cancellation)!;

    private ValidationResult? Measure(IReadOnlyList<SoftSite> sites, ValidationBar? bar, CancellationToken cancellation)
    {
        using var guard = no_grad();
        var found = new ValidationResult.Row[rows.Count];
        var (loss, wrong) = (0.0, 0);
        var order = bar is null ? rows : [.. rows.Index().OrderByDescending(row => bar.Best.Rows[row.Index].Loss).Select(row => row.Item)];
        foreach (var chunk in order.Chunk(batchSize).SelectMany(PackedRow.Alike))
        {
            cancellation.ThrowIfCancellationRequested();
            meter?.BeginUnit();
            foreach (var (row, result) in chunk.Zip(Answer(chunk, sites)))
            {
                found[places[row]] = result;
                (loss, wrong) = (loss + result.Loss, wrong + result.Wrong);
            }
            var questions = chunk.Sum(row => row.Segments.Count);
            Answered += questions;
            meter?.EndUnit(questions);
            if (bar is not null && (loss > bar.Best.Sum * Rounding || bar.Answers && wrong > bar.Best.Wrong))
                return null;
        }
        return ValidationResult.Of(rows, found, data.Families.Count);
    }

    private IReadOnlyList<ValidationResult.Row> Answer(IReadOnlyList<PackedRow> chunk, IReadOnlyList<SoftSite> sites)
    {
        using var scope = NewDisposeScope();
        var batch = new PackedBatch(chunk, model);
        var vision = data.Images.Get(PackedRow.ImagesOf(chunk));
        var hidden = forward.Run(batch, vision, sites, temperature: 1, candidates: k => k);
        var predicted = TaskLoss.LogProbabilities(model, batch, hidden);
        var correct = TaskLoss.Correct(batch, predicted);
        var losses = TaskLoss.AnswerLosses(batch, predicted);
        var question = 0;
        return [.. chunk.Select(row =>
        {
            var of = question..(question += row.Segments.Count);
            return new ValidationResult.Row(losses[of], correct[of]);
        })];
    }
}
