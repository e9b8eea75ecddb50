using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>What <see cref="ScoreCriterion.TextRelevance"/> sees of a question.</summary>
internal static class InstructionMean
{
    /// <summary>The mean of the tokens' embeddings, each scaled to length 1, (B, d), in the caller's dispose scope.</summary>
    /// <param name="embeddings">(B, T, d).</param>
    /// <param name="asked">Which tokens are the instruction's: those behind the row's last image, (B, T), bool.</param>
    internal static Tensor Of(Tensor embeddings, Tensor asked)
    {
        using var scope = NewDisposeScope();
        var unit = nn.functional.normalize(ComputeType.Cast(embeddings), dim: -1);
        var counted = asked.unsqueeze(-1).to_type(unit.dtype);                                  // (B, T, 1)
        return unit.mul(counted).sum(1).div(counted.sum(1)).MoveToOuterDisposeScope();          // (B, d)
    }
}
