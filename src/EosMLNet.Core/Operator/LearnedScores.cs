using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>The learned parameters of scores as tensors, so that gradients reach them.</summary>
/// <param name="Probe">w of <see cref="ScoreCriterion.Probe"/>, (d).</param>
/// <param name="RelevanceVisual">U of <see cref="ScoreCriterion.TextRelevance"/>, (r, d).</param>
/// <param name="RelevanceText">V of <see cref="ScoreCriterion.TextRelevance"/>, (r, d).</param>
public sealed record LearnedScores(Tensor? Probe = null, Tensor? RelevanceVisual = null, Tensor? RelevanceText = null)
{
    /// <summary>The tensors that are there.</summary>
    internal IEnumerable<Tensor> Tensors => new[] { Probe, RelevanceVisual, RelevanceText }.OfType<Tensor>();

    /// <summary>The numbers of a plan as tensors in the caller's dispose scope.</summary>
    internal static LearnedScores Of(ScoreParameters? parameters, ScalarType dtype, Device device)
    {
        if (parameters is null)
            return new LearnedScores();
        return new LearnedScores(Placed(parameters.Probe), Matrix(parameters.Relevance?.Visual), Matrix(parameters.Relevance?.Text));

        // Copied, so that they begin where libtorch lets them begin, at a multiple of 64 bytes. Where an array begins is chance, and the
        // last bits of a product depend on it.
        Tensor? Placed(float[]? numbers) => numbers is null ? null : tensor(numbers).to(dtype, copy: true).Upload(device);
        Tensor? Matrix(float[]? numbers) => Placed(numbers)?.view(parameters.Relevance!.Rank, -1);
    }
}
