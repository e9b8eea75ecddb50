using EosMLNet.Models;
using EosMLNet.Reduction;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>Measures plans on held-out rows, with the answers given token by token: loss, and how many answers greedy decoding would get right.</summary>
internal sealed class Validation(VisionLanguageModel model, SearchForward forward, SearchData data, IReadOnlyList<PackedRow> rows, int batchSize)
{
    /// <summary>Questions that a measurement is over.</summary>
    internal int Questions { get; } = rows.Sum(row => row.Segments.Count);

    /// <summary>Runs one plan. Dropped tokens really leave the sequence.</summary>
    internal (double Loss, double Accuracy) Measure(ReductionPlan plan, CancellationToken cancellation)
    {
        using var guard = no_grad();
        double loss = 0;
        long tokens = 0, correct = 0;
        foreach (var chunk in rows.Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = new PackedBatch(chunk, model.VisualTokens, model.PadTokenId, model.Device);
            var vision = data.Pictures.Get([.. chunk.Select(row => row.Picture)]);
            var working = model.DataType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
            var hidden = forward.Run(batch, vision, SoftSite.Of(plan, working, model.Device), temperature: 1, candidates: k => k);
            var predicted = TaskLoss.LogProbabilities(model, batch, hidden);
            loss += TaskLoss.CrossEntropy(batch, predicted).Number() * batch.AnswerQuestions.Count;
            tokens += batch.AnswerQuestions.Count;
            correct += TaskLoss.Correct(batch, predicted);
        }
        return (loss / tokens, (double)correct / Questions);
    }
}
