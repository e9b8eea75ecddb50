using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The coordinates in which scores are learned. Hidden states vary a thousand times more along some directions than along others. Questions
/// differ little from their mean. In coordinates of unit variance one step size serves all directions. A plan holds the scores in the
/// model's own coordinates.
/// </summary>
/// <param name="Whitening">W, symmetric, (d, d): visual tokens times W vary alike in all directions.</param>
/// <param name="Questions">V of <see cref="ScoreCriterion.TextRelevance"/>, (r, d): the principal directions in which instructions differ,
/// orthogonal to their mean.</param>
internal sealed record ScoreBasis(Tensor Whitening, Tensor Questions) : IDisposable
{
    // Directions with less than this part of the largest variance count as if they had it: what varies next to nothing is noise.
    private const double VisualFloor = 3e-4, QuestionFloor = 1e-2, Nothing = 1e-12;
    private const int Sampled = 512, ImagesSampled = 128;

    /// <summary>Measures some of the training data. The tensors belong to no dispose scope.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The training data.</param>
    /// <param name="rows">Its rows in a random order.</param>
    /// <param name="rank">r; fewer where the model is narrower.</param>
    /// <param name="working">The type of the variables.</param>
    internal static ScoreBasis Of(VisionLanguageModel model, SearchData data, IReadOnlyList<PackedRow> rows, int rank, ScalarType working)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var tokens = data.Images.Get(Images(rows)).Features; // (N, d)
        var sampled = rows.Take(Sampled).ToArray();
        // (N, d); nobody asks for it elsewhere
        var instructions = sampled.All(row => row.Segments.Count == 1) ? Instructions(model, sampled) : tokens;
        return new ScoreBasis(
            Whiten(Centred(tokens)).to_type(working).DetachFromDisposeScope(),
            Directions(instructions.to_type(ScalarType.Float64), rank).to_type(working).contiguous().DetachFromDisposeScope());
    }

    private static Tensor Instructions(VisionLanguageModel model, PackedRow[] rows)
    {
        return cat([.. PackedRow.Alike(rows).Select(Of)]);

        Tensor Of(IReadOnlyList<PackedRow> alike)
        {
            var batch = new PackedBatch(alike, model);
            return batch.Instruction(model.EmbedTokens(batch.TextIds));
        }
    }

    /// <summary>The images that are looked at.</summary>
    /// <param name="rows">The training rows in a random order.</param>
    internal static IReadOnlyList<PromptImage> Images(IReadOnlyList<PackedRow> rows) =>
        [.. PackedRow.ImagesOf(rows.Take(ImagesSampled)).Distinct()];

    /// <summary>The scores in the model's coordinates, in the caller's dispose scope.</summary>
    /// <param name="probe">(d).</param>
    /// <param name="relevance">(r, d).</param>
    internal LearnedScores Place(Tensor probe, Tensor relevance) => new(Whitening.matmul(probe), relevance.matmul(Whitening), Questions);

    /// <summary>The coordinates of scores that a plan holds: <see cref="Place"/> backwards, as far as this basis reaches.</summary>
    internal (Tensor? Probe, Tensor? Relevance) Coordinates(LearnedScores placed)
    {
        var back = linalg.inv(Whitening);
        var probe = placed.Probe is { } w ? back.matmul(w.to_type(back.dtype)) : null;
        if (placed is not { RelevanceVisual: { } visual, RelevanceText: { } text })
            return (probe, null);
        // VᵀU of the plan = QᵀR W: Q's rows are orthogonal, so that its pseudo-inverse is a division by their lengths.
        var lengths = Questions.mul(Questions).sum(-1, keepdim: true).Clamp(Nothing, 1e30); // (r, 1)
        var form = text.to_type(back.dtype).t().matmul(visual.to_type(back.dtype)); // (d, d)
        return (probe, Questions.div(lengths).matmul(form).matmul(back));
    }

    private static Tensor Centred(Tensor x)
    {
        var precise = x.to_type(ScalarType.Float64);
        return precise.sub(precise.mean([0L], keepdim: true));
    }

    // (C + floor)^(-1/2) of the covariance C.
    private static Tensor Whiten(Tensor centred)
    {
        var (variances, directions) = Spectrum(centred);
        return directions.mul(Scale(variances, VisualFloor)).matmul(directions.t());
    }

    private static Tensor Directions(Tensor instructions, int rank)
    {
        var mean = instructions.mean([0L], keepdim: true); // (1, d)
        var unit = nn.functional.normalize(mean, dim: -1);
        var centred = instructions.sub(mean);
        var (variances, directions) = Spectrum(centred.sub(centred.matmul(unit.t()).matmul(unit)));
        // Ascending: the largest stand last.
        var count = Math.Min(rank, directions.size(1));
        var (from, first) = (directions.size(1) - count, Scale(variances, QuestionFloor));
        return directions.mul(first).narrow(1, from, count).flip(1).t(); // (r, d)
    }

    private static (Tensor Variances, Tensor Directions) Spectrum(Tensor centred)
    {
        var (values, vectors) = linalg.eigh(centred.t().matmul(centred).Div(centred.size(0)));
        return (values, vectors);
    }

    private static Tensor Scale(Tensor variances, double floor) =>
        variances.Add(variances.max().Mul(floor).Add(Nothing)).Clamp(Nothing, 1e30).rsqrt();

    /// <inheritdoc/>
    public void Dispose()
    {
        Whitening.Dispose();
        Questions.Dispose();
    }
}
