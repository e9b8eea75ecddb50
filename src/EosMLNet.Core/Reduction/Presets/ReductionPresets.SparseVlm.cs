namespace EosMLNet.Reduction;

public static partial class ReductionPresets
{
    /// <summary>
    /// SparseVLM, second version (SparseVLM+): in front of each stage's layer, the tokens stay to which the raters paid most attention in the layer before, freed of what
    /// their positions alone would give and averaged over the heads that look at the picture most; the others vanish. The publication reduces what leaves layers 2, 6 and 15
    /// of 32, which is in front of layers 3, 7 and 16.
    /// </summary>
    /// <param name="layers">The stages' layers, from 1; published: 3, 7 and 16 of 32.</param>
    /// <param name="keeps">Visual tokens that each stage keeps, from 1; published: 238, 108 and 60 of 576 for a nominal 128.</param>
    /// <param name="heads">Heads that count, from 1; published: 14 of 32.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or the lists' lengths differ.</exception>
    public static IReadOnlyList<ReductionSite> SparseVlm2(IReadOnlyList<int> layers, IReadOnlyList<int> keeps, int heads) => [.. Stages(layers, keeps, 1)
        .Select(stage => Site(stage.Layer, stage.Keep, ScoreCriterion.RaterAttention) with { RaterHeads = AtLeast(1, heads, nameof(heads)), PositionCorrection = true })];

    private static IEnumerable<(int Layer, int Keep)> Stages(IReadOnlyList<int> layers, IReadOnlyList<int> keeps, int firstLayer)
    {
        if (layers.Count == 0 || layers.Count != keeps.Count)
            throw new EosException(EosErrors.InvalidOption, $"The preset was given {layers.Count} layers and {keeps.Count} numbers of tokens to keep; expected one number for each layer, at least one.");
        return layers.Zip(keeps, (layer, keep) => (AtLeast(firstLayer, layer, nameof(layers)), AtLeast(1, keep, nameof(keeps))));
    }
}
