namespace EosMLNet.Plans;

/// <summary>
/// Published methods by name, each a list of sites of the one operator and nothing else: <c>ReductionPlan.Create(model,
/// ReductionPresets.Stride(36))</c>. build/docs/presets.md gives each one's parameters, its source, and what of the original it does not
/// reproduce. A parameter that makes no sense on its own is EOS1013; one that does not fit the model is EOS4001, from
/// <see cref="ReductionPlan.Create"/>. <see cref="Baselines"/> choose the parameters for a mean budget.
/// </summary>
public static partial class ReductionPresets
{
    /// <summary>Keeps the same randomly drawn patches of every image, in front of layer 0.</summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <param name="seed">Draws the patches.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> Random(int keep, int seed = 0) =>
        [Site(0, AtLeast(1, keep, nameof(keep)), ScoreCriterion.Random) with { Seed = seed }];

    /// <summary>Keeps evenly spaced patches, row by row, in front of layer 0.</summary>
    /// <param name="keep">Visual tokens kept, from 1.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> Stride(int keep) =>
        [Site(0, AtLeast(1, keep, nameof(keep)), ScoreCriterion.Lattice)];

    /// <summary>
    /// 2-D average pooling in front of layer 0: the patch grid is cut into windows, as square as possible, and each becomes the mean of its
    /// patches.
    /// </summary>
    /// <param name="keep">Windows, from 1; the grid must have a cut into that many, in rows and columns.</param>
    /// <exception cref="EosException">EOS1013: a parameter is out of its range.</exception>
    public static IReadOnlyList<ReductionSite> AveragePool(int keep) =>
    [
        Site(0, AtLeast(1, keep, nameof(keep)), ScoreCriterion.Grid) with
        {
            Transfer = 1,
            Temperature = double.PositiveInfinity,
            Affinity = new Affinity { Mask = AffinityMask.Window },
        },
    ];

    private static ReductionSite Site(int layer, int keep, ScoreCriterion criterion) =>
        new() { Layer = layer, Keep = keep, Score = new Dictionary<ScoreCriterion, double> { [criterion] = 1 } };

    private static int AtLeast(int least, int value, string parameter) => value >= least
        ? value
        : throw new EosException(EosErrors.InvalidOption,
            $"The preset was given {parameter} = {value}; expected a whole number, at least {least}.");
}
