namespace EosMLNet.Plans;

public static partial class ReductionPresets
{
    /// <summary>
    /// PyramidDrop (arXiv:2410.17247): in front of each stage's layer, the tokens stay to which the last instruction token would pay most
    /// attention in that very layer; the others vanish.
    /// </summary>
    /// <param name="layers">The stages' layers, from 0; published: 8, 16 and 24 of 32.</param>
    /// <param name="keeps">Visual tokens that each stage keeps, from 1; published: half of those before it.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or the lists' lengths differ.</exception>
    public static IReadOnlyList<ReductionSite> PyramidDrop(IReadOnlyList<int> layers, IReadOnlyList<int> keeps) =>
        [.. Stages(layers, keeps, 0)
        .Select(stage => Site(stage.Layer, stage.Keep, ScoreCriterion.TextAttention) with { AttentionSource = AttentionSource.OwnLayer })];

    /// <summary>As above, with the published ratios of the original count.</summary>
    /// <param name="visualTokens">The model's visual tokens.</param>
    /// <param name="layers">The stages' layers, from 0.</param>
    /// <param name="ratios">The part of all visual tokens that each stage keeps, rounded down, at least one; published: 0.5, 0.25 and
    /// 0.125.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range, or the lists' lengths differ.</exception>
    public static IReadOnlyList<ReductionSite> PyramidDrop(int visualTokens, IReadOnlyList<int> layers, IReadOnlyList<double> ratios)
    {
        if (ratios.FirstOrDefault(ratio => !(ratio is > 0 and <= 1), 1) is var wrong and not 1)
            throw new EosException(EosErrors.InvalidOption,
                FormattableString.Invariant($"The preset was given a ratio of {wrong}; expected a number above 0, at most 1."));
        return PyramidDrop(layers, [.. ratios.Select(ratio => Math.Max(1, (int)(AtLeast(1, visualTokens, nameof(visualTokens)) * ratio)))]);
    }
}
