using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>How a criterion of scores is computed. Each is a class, found by its name.</summary>
internal abstract class Criterion
{
    private static readonly Dictionary<ScoreCriterion, Criterion> All = new Criterion[]
    {
        new ClsAttentionCriterion(), new TextAttentionCriterion(), new RaterAttentionCriterion(), new KeyNormCriterion(),
        new NoveltyCriterion(), new FeatureNormCriterion(), new ProbeCriterion(), new TextRelevanceCriterion(), new LatticeCriterion(),
        new RandomCriterion(), new BipartiteMatchCriterion(), new GridCriterion(), new TemporalNoveltyCriterion(),
    }.ToDictionary(criterion => criterion.Name);

    /// <summary>The criterion of a name.</summary>
    internal static Criterion Of(ScoreCriterion name) =>
        All.TryGetValue(name, out var criterion) ? criterion : throw new ArgumentOutOfRangeException(nameof(name), name, null);

    /// <summary>Its name in plans.</summary>
    internal abstract ScoreCriterion Name { get; }

    /// <summary>Its values before standardisation, (I, n): the higher, the rather a token is kept.</summary>
    /// <param name="input">The tokens.</param>
    /// <param name="site">What else it depends on: the number kept, the seed, the affinity.</param>
    /// <param name="learned">The learned parameters of scores.</param>
    /// <param name="present">1 for tokens that are there, 0 for those that an earlier site dropped, (I, n); <see langword="null"/> where
    /// all are there.</param>
    /// <exception cref="EosException">EOS4002: what it looks at is missing.</exception>
    internal abstract Tensor Values(SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present);

    /// <summary>What it needs to see of a layer, (B, heads, T), for those that look at one.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="corrected">Whether <see cref="ReductionSite.PositionCorrection"/> is asked for.</param>
    internal virtual Tensor Observe(LayerView layer, bool corrected) =>
        throw new InvalidOperationException($"{Name} looks at no decoder layer.");

    /// <summary>What was observed at the visual tokens, (I, heads, n).</summary>
    private protected Tensor Observed(SiteInput input, ReductionSite site) =>
        input.Observed?.GetValueOrDefault(Name) ?? throw Missing(site, "attention of a decoder layer");

    /// <summary>
    /// The scalar product of each token with a direction, (I, n). Some tokens of an image in tiles are equal: newlines, and patches of a
    /// tile that is the whole image. They have to score equally wherever they stand, or their batch decides which of them stays. A matrix
    /// product rounds by a token's place; a sum over each token does not.
    /// </summary>
    /// <param name="input">The tokens.</param>
    /// <param name="direction">(d) for all images, or (I, d).</param>
    private protected static Tensor Along(SiteInput input, Tensor direction)
    {
        var tokens = ComputeType.Cast(input.Tokens);                                                    // (I, n, d)
        var ofImage = direction.dim() == 2;
        if (input.Layout.Grid is null)
            return tokens.mul(ofImage ? direction.unsqueeze(1) : direction).sum(-1);
        return ofImage ? tokens.matmul(direction.unsqueeze(-1)).squeeze(-1) : tokens.matmul(direction);
    }

    /// <summary>The fault of an input that is not there.</summary>
    private protected EosException Missing(ReductionSite site, string what) => new(EosErrors.PlanMismatch,
        $"{site.Place} uses {Name}, but {what} is missing. Use a plan whose scores this model can compute.");
}
