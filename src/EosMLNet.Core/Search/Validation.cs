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
    internal ValidationResult Measure(ReductionPlan plan, CancellationToken cancellation)
    {
        using var guard = no_grad();
        using var outer = NewDisposeScope();
        var working = ComputeType.Of(model.DataType);
        return Measure(SoftSite.Of(plan, working, model.Device), cancellation);
    }

    /// <summary>Runs sites as they stand in a search, with counts rounded to the nearest.</summary>
    internal ValidationResult Measure(IReadOnlyList<SoftSite> sites, CancellationToken cancellation)
    {
        using var guard = no_grad();
        Answered += Questions;
        double loss = 0;
        long tokens = 0;
        var families = Enumerable.Range(0, data.Families.Count).Select(_ => (Questions: 0, Correct: 0, Probability: 0.0)).ToArray();
        foreach (var chunk in rows.Chunk(batchSize).SelectMany(PackedRow.Alike))
        {
            cancellation.ThrowIfCancellationRequested();
            meter?.BeginUnit();
            using var scope = NewDisposeScope();
            var batch = new PackedBatch(chunk, model.PadTokenId, model.Device);
            var vision = data.Images.Get(PackedRow.ImagesOf(chunk));
            var hidden = forward.Run(batch, vision, sites, temperature: 1, candidates: k => k);
            var predicted = TaskLoss.LogProbabilities(model, batch, hidden);
            loss += TaskLoss.CrossEntropy(batch, predicted).Number() * batch.AnswerQuestions.Count;
            tokens += batch.AnswerQuestions.Count;
            var correct = TaskLoss.Correct(batch, predicted);
            var probabilities = TaskLoss.AnswerProbabilities(batch, predicted).to_type(ScalarType.Float64).cpu().data<double>();
            for (var i = 0; i < correct.Length; i++)
            {
                ref var family = ref families[batch.Families[i]];
                family = (family.Questions + 1, family.Correct + (correct[i] ? 1 : 0), family.Probability + probabilities[i]);
            }
            meter?.EndUnit(chunk.Sum(row => row.Segments.Count));
        }
        return new(loss / tokens, (double)families.Sum(f => f.Correct) / Questions,
            [.. families.Select(f =>
                new ValidationResult.Family(f.Questions, (double)f.Correct / f.Questions, f.Probability / f.Questions))]);
    }
}
