namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// SparseVLM, first version (arXiv:2410.04417): in front of each stage's layer, the tokens stay to which the raters paid most attention
    /// in the layer before. Three tenths of the others, the best of them, are recycled: clustered by density peaks, each cluster to one
    /// more token, its mean; the rest vanishes. The publication reduces what leaves layers 2, 6 and 15 of 32, which is in front of layers
    /// 3, 7 and 16.
    /// </summary>
    /// <param name="visualTokens">The model's visual tokens.</param>
    /// <param name="layers">The stages' layers, from 1; published: 3, 7 and 16 of 32.</param>
    /// <param name="keeps">Visual tokens that each stage keeps for their attention, from 1, the clusters' tokens apart; published: 303, 110
    /// and 36 of 576 for a nominal 128.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or the lists' lengths differ.</exception>
    public static IReadOnlyList<ReductionSite> SparseVlm1(int visualTokens, IReadOnlyList<int> layers, IReadOnlyList<int> keeps)
    {
        var sites = new List<ReductionSite>();
        var entering = AtLeast(1, visualTokens, nameof(visualTokens));
        foreach (var (layer, keep) in Stages(layers, keeps, 1))
        {
            sites.Add(Recycling(layer, keep, AtLeast(keep, entering, "visual tokens in front of a stage")));
            entering = sites[^1].Keep;
        }
        return sites;
    }

    /// <summary>
    /// As <see cref="SparseVlm1"/>, but the clusters' tokens are among those kept. A stage that keeps too few for that recycles none.
    /// </summary>
    internal static IReadOnlyList<ReductionSite> SparseVlm1Within(int visualTokens, IReadOnlyList<int> layers, IReadOnlyList<int> totals)
    {
        var sites = new List<ReductionSite>();
        var entering = visualTokens;
        foreach (var (layer, total) in Stages(layers, totals, 1))
        {
            sites.Add(Enumerable.Range(1, total).Reverse().Select(keep => Recycling(layer, keep, entering))
                .FirstOrDefault(site => site.Keep <= total)
                ?? Site(layer, total, ScoreCriterion.RaterAttention));
            entering = total;
        }
        return sites;
    }

    // int() and the factor 0.3 as published: other ways to write it round otherwise.
    private static ReductionSite Recycling(int layer, int keep, int entering)
    {
        var dropped = entering - keep;
        if (dropped == 0)
            return Site(layer, keep, ScoreCriterion.RaterAttention);
        var candidates = Math.Min((int)(dropped * 0.3) + 1, dropped);
        var clusters = candidates / 10 + 1;
        return Site(layer, keep + clusters, ScoreCriterion.RaterAttention) with
        {
            Transfer = 1,
            Temperature = 0,
            Normalization = Normalization.Mean,
            Affinity = new Affinity { Measure = AffinityMeasure.Distance },
            Extra = new ExtraAnchors(clusters, AnchorRule.DensityPeaks) { Candidates = candidates, ReceiveAlone = true },
        };
    }

    /// <summary>
    /// SparseVLM, second version (SparseVLM+): in front of each stage's layer, the tokens stay to which the raters paid most attention in
    /// the layer before, freed of what their positions alone would give and averaged over the heads that look at the image most; the others
    /// vanish. The publication reduces what leaves layers 2, 6 and 15 of 32, which is in front of layers 3, 7 and 16.
    /// </summary>
    /// <param name="layers">The stages' layers, from 1; published: 3, 7 and 16 of 32.</param>
    /// <param name="keeps">Visual tokens that each stage keeps, from 1; published: 238, 108 and 60 of 576 for a nominal 128.</param>
    /// <param name="heads">Heads that count, from 1; published: 14 of 32.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or the lists' lengths differ.</exception>
    public static IReadOnlyList<ReductionSite> SparseVlm2(IReadOnlyList<int> layers, IReadOnlyList<int> keeps, int heads) =>
        [.. Stages(layers, keeps, 1)
        .Select(stage =>
            Site(stage.Layer, stage.Keep, ScoreCriterion.RaterAttention) with
            {
                RaterHeads = AtLeast(1, heads, nameof(heads)),
                PositionCorrection = true,
            })];

    private static IEnumerable<(int Layer, int Keep)> Stages(IReadOnlyList<int> layers, IReadOnlyList<int> keeps, int firstLayer)
    {
        if (layers.Count == 0 || layers.Count != keeps.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"The preset was given {layers.Count} layers and {keeps.Count} numbers of tokens to keep; expected one number for each " +
                "layer, at least one.");
        return layers.Zip(keeps, (layer, keep) => (AtLeast(firstLayer, layer, nameof(layers)), AtLeast(1, keep, nameof(keeps))));
    }
}
