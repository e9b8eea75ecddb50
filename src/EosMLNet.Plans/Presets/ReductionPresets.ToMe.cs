namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// ToMe (arXiv:2210.09461) on the visual tokens in front of layer 0: rounds that each merge at most half of the tokens, those at even
    /// positions into their most similar token at an odd position, by the cosine similarity of keys; later layers attend in proportion to
    /// size.
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
            rounds.Add(BipartiteRound(0, tokens, AffinityFeature.Key));
        }
        return rounds;
    }

    /// <summary>
    /// ToMe inside the vision tower, as published: between attention and MLP of each block, patches at even places of the tower's sequence
    /// join their most similar patch at an odd place, by the cosine similarity of keys averaged over heads; later blocks attend in
    /// proportion to size.
    /// </summary>
    /// <param name="patches">Patches of an image; the rounds begin there.</param>
    /// <param name="merged">How many patches each block merges, from 0, the first block first; a block merges at most half of what enters
    /// it.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> ToMeTower(int patches, IReadOnlyList<int> merged)
    {
        AtLeast(1, patches, nameof(patches));
        var rounds = new List<ReductionSite>();
        for (var block = 0; block < merged.Count; block++)
        {
            var now = Math.Min(AtLeast(0, merged[block], nameof(merged)), patches / 2);
            if (now > 0)
                rounds.Add(BipartiteRound(block, patches -= now, AffinityFeature.HeadMeanKey) with { Stage = ReductionStage.Tower });
        }
        return rounds;
    }

    private static ReductionSite BipartiteRound(int layer, int keep, AffinityFeature feature) =>
        Site(layer, keep, ScoreCriterion.BipartiteMatch) with
        {
            Transfer = 1,
            Temperature = 0,
            ProportionalAttention = 1,
            Affinity = new Affinity { Feature = feature, Mask = AffinityMask.Bipartite },
        };
}
