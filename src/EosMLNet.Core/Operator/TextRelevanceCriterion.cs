using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>A learned bilinear form of the hidden state and the instruction.</summary>
internal sealed class TextRelevanceCriterion : Criterion
{
    internal override ScoreCriterion Name => ScoreCriterion.TextRelevance;

    internal override Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present)
    {
        if (learned.RelevanceVisual is not { } visual || learned.RelevanceText is not { } text)
            throw Missing(site, "the learned bilinear form");
        var instruction = ComputeType.Cast(input.Instruction ?? throw Missing(site, "an instruction"));
        var sought = instruction.matmul(ComputeType.Cast(text).t()).matmul(ComputeType.Cast(visual));    // (I, d)
        return Along(input, sought);                                                                    // (I, n)
    }
}
