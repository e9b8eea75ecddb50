using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>The criteria of a score before standardisation, each (I, n): the higher, the rather a token is kept.</summary>
internal static class Criteria
{
    public static Tensor Of(ScoreCriterion criterion, SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present = null) =>
        criterion switch
        {
            ScoreCriterion.ClsAttention => input.ClsAttention ?? throw Missing(site, criterion, "the [CLS] attention of the vision tower"),
            ScoreCriterion.TextAttention => input.TextAttention ?? throw Missing(site, criterion, "attention of a decoder layer"),
            ScoreCriterion.RaterAttention =>
                RaterAttention(input.RaterAttention ?? throw Missing(site, criterion, "attention of a decoder layer"), site.RaterHeads,
                    present),
            ScoreCriterion.KeyNorm => input.KeyNorm ?? throw Missing(site, criterion, "key of a decoder layer"),
            ScoreCriterion.Novelty => Novelty(ToComputeType(input.Tokens), present),
            ScoreCriterion.FeatureNorm => ToComputeType(input.Tokens).norm(-1),
            ScoreCriterion.Probe =>
                ToComputeType(input.Tokens).matmul(ToComputeType(learned.Probe ?? throw Missing(site, criterion, "the learned probe"))),
            ScoreCriterion.TextRelevance => TextRelevance(input, site, learned),
            ScoreCriterion.Lattice => ForEachImage(Lattice((int)input.Tokens.size(1), site.Keep), input),
            ScoreCriterion.Random => Random(input, site.Seed),
            ScoreCriterion.BipartiteMatch => BipartiteMatch(input, site.Affinity),
            ScoreCriterion.Grid => PatchWindows.IsCentre(input.Index, input.Layout, site.Keep),
            _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, null),
        };

    /// <summary>Half precision is computed in float32: means, norms and softmaxes need the digits.</summary>
    public static ScalarType ComputeType(Tensor x) => ComputeType(x.dtype);

    public static ScalarType ComputeType(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    public static Tensor ToComputeType(Tensor x) => x.to_type(ComputeType(x));

    private static Tensor TextRelevance(SiteInput input, ReductionSite site, LearnedScores learned)
    {
        if (learned.RelevanceVisual is not { } visual || learned.RelevanceText is not { } text)
            throw Missing(site, ScoreCriterion.TextRelevance, "the learned bilinear form");
        var instruction = ToComputeType(input.Instruction ?? throw Missing(site, ScoreCriterion.TextRelevance, "an instruction"));
        var sought = instruction.matmul(ToComputeType(text).t()).matmul(ToComputeType(visual));             // (I, d)
        return ToComputeType(input.Tokens).matmul(sought.unsqueeze(-1)).squeeze(-1);                  // (I, n)
    }

    // The mean over heads, or over those whose raters look at the image most; equal heads count in their order.
    private static Tensor RaterAttention(Tensor attention, int? heads, Tensor? present)
    {
        if (heads is not { } some || some >= attention.size(1))
            return attention.mean([1L]);
        var total = (present is null ? attention : attention.mul(present.unsqueeze(1))).sum(-1);                 // (I, H)
        var first = total.sort(-1, descending: true, stable: true).Indices.narrow(1, 0, some);
        return attention.gather(1, first.unsqueeze(-1).expand(-1, -1, attention.size(2))).mean([1L]);
    }

    // The sum of cosines is the cosine sum's product: no n × n matrix.
    private static Tensor Novelty(Tensor tokens, Tensor? present)
    {
        var unit = nn.functional.normalize(tokens, dim: -1);                                                     // (I, n, d)
        var there = present ?? ones(unit.shape[..2], unit.dtype, unit.device);
        var sum = unit.mul(there.unsqueeze(-1)).sum(1, keepdim: true);                                           // (I, 1, d)
        var cosines = unit.mul(sum).sum(-1).sub(unit.mul(unit).sum(-1).mul(there));                              // (I, n)
        var others = there.sum(-1, keepdim: true).sub(there).Clamp(1, 1e30);
        return cosines.div(others).RSub(1);
    }

    // The middle of each of `keep` equal stretches.
    private static float[] Lattice(int tokens, int keep)
    {
        var marks = new float[tokens];
        for (long i = 0; i < keep; i++)
            marks[(2 * i + 1) * tokens / (2 * keep)] = 1;
        return marks;
    }

    private static Tensor Random(SiteInput input, int seed)
    {
        var patches = input.Layout.Rows.Length;                                           // and the [CLS] token
        var table = tensor(Enumerable.Range(0, patches).Select(patch => Hash(seed, patch)).ToArray(), device: input.Index.device);
        return table.index_select(0, input.Index.flatten()).reshape(input.Index.shape);
    }

    // A torch generator would make a token's luck depend on the batch it is in.
    private static double Hash(int seed, int patch) => (SplitMix64.Mix((ulong)(uint)seed << 32 | (uint)patch) >> 11) * (1.0 / (1L << 53));

    private static Tensor BipartiteMatch(SiteInput input, Affinity affinity)
    {
        const double AboveAnyCosine = 2;
        var n = input.Tokens.size(1);
        if (n < 2)
            return zeros_like(input.Index);
        var isOdd = IsOdd(input);
        var odd = Scalars.Arange(n, input.Tokens.device).masked_select(isOdd).expand(input.Tokens.size(0), -1);     // (I, n/2)
        var best = ReductionOperator.Cosine(input, affinity.Feature, null, odd).amax([-1]);     // (I, n)
        return best.neg().MaskedFill(isOdd, AboveAnyCosine);
    }

    /// <summary>Which tokens stand at odd places, (n) bool: ToMe's receiving set.</summary>
    public static Tensor IsOdd(SiteInput input)
    {
        var place = Scalars.Arange(input.Tokens.size(1), input.Tokens.device).Add(input.Offset);
        return place.bitwise_and(ones_like(place)).Eq(1);
    }

    private static Tensor ForEachImage(float[] marks, SiteInput input) =>
        tensor(marks, device: input.Tokens.device).expand(input.Tokens.size(0), -1);

    private static EosException Missing(ReductionSite site, ScoreCriterion criterion, string what) => new(EosErrors.PlanMismatch,
        $"{site.Place} uses {criterion}, but there is no {what}. Use a plan whose scores this model can compute.");
}
