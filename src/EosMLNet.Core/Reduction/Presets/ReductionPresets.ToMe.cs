namespace EosMLNet.Reduction;

public static partial class ReductionPresets
{
    /// <summary>
    /// ToMe (arXiv:2210.09461) on the visual tokens in front of layer 0: rounds that each merge at most half of the tokens, those at even positions into
    /// their most similar token at an odd position, by the cosine similarity of keys; later layers attend in proportion to size.
    /// </summary>
    /// <param name="visualTokens">The model's visual tokens; the rounds begin there.</param>
    /// <param name="keep">Visual tokens left after the last round, from 1.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> ToMe(int visualTokens, int keep)
    {
        AtLeast(1, keep, nameof(keep));
        AtLeast(keep, visualTokens, nameof(visualTokens));
        var rounds = new List<ReductionSite>();
        for (var tokens = visualTokens; tokens > keep;)
        {
            tokens = Math.Max(keep, tokens - tokens / 2);
            rounds.Add(BipartiteRound(0, tokens));
        }
        return rounds;
    }

    private static ReductionSite BipartiteRound(int layer, int keep) => Site(layer, keep, ScoreCriterion.BipartiteMatch) with
    {
        Transfer = 1,
        Temperature = 0,
        ProportionalAttention = 1,
        Affinity = new Affinity { Feature = AffinityFeature.Key, Mask = AffinityMask.Bipartite },
    };
}
