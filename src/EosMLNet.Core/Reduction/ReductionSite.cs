namespace EosMLNet.Reduction;

/// <summary>
/// One reduction in front of a decoder layer, with the parameters of the operator there: the paper's Ω = (γ, τ, θ, ρ, ν) after the search
/// has made the layer activation θ and the budget ν discrete. Several sites may stand in front of the same layer; they act in the plan's order.
/// </summary>
public sealed record ReductionSite
{
    /// <summary>The decoder layer that the site stands in front of, from 0.</summary>
    public required int Layer { get; init; }

    /// <summary>Visual tokens that each image keeps: the number of anchors, k.</summary>
    public required int Keep { get; init; }

    /// <summary>What the site's <see cref="OperatorRegime"/> is: a reading of the other parameters.</summary>
    public OperatorRegime Regime => (Transfer, Temperature, Reweight) switch
    {
        (0, _, 0) => OperatorRegime.Prune,
        (1, 0, 0) => OperatorRegime.Merge,
        (1, double.PositiveInfinity, 0) => OperatorRegime.Pool,
        (0, _, > 0) => OperatorRegime.Reweight,
        ( > 0 and < 1, < double.PositiveInfinity, > 0) => OperatorRegime.Reweight,
        _ => OperatorRegime.Hybrid,
    };

    /// <summary>γ, the part of its mass that a dropped token gives away, from 0 to 1.</summary>
    /// <value>The default is 0: dropped tokens vanish.</value>
    public double Transfer { get; init; }

    /// <summary>τ, the temperature of the softmax over anchors: 0 for the most similar anchor only, ∞ for all alike.</summary>
    /// <value>The default is 0; without transfer it has no effect.</value>
    public double Temperature { get; init; }

    /// <summary>ρ, the strength of the score-dependent gain on the anchors, at least 0.</summary>
    /// <value>The default is 0: no gain.</value>
    public double Reweight { get; init; }

    /// <summary>The weight, from 0 to 1, of log mass on the attention logits of the anchors' keys in the layers that follow.</summary>
    /// <value>The default is 0: a merged token attracts attention like any other.</value>
    public double ProportionalAttention { get; init; }

    /// <summary>How anchors take up transfers.</summary>
    /// <value>The default is <see cref="Normalization.Mass"/>.</value>
    public Normalization Normalization { get; init; } = Normalization.Mass;

    /// <summary>What makes a dropped token and an anchor similar.</summary>
    /// <value>The default is the cosine similarity of hidden states, without a mask.</value>
    public Affinity Affinity { get; init; } = new();

    /// <summary>The weights of the standardised criteria in the score; the <see cref="Keep"/> highest scores are the anchors.</summary>
    public required IReadOnlyDictionary<ScoreCriterion, double> Score
    {
        get;
        // A sorted copy: sums and files come out the same whatever the order of the caller's dictionary.
        init => field = new SortedDictionary<ScoreCriterion, double>(value.ToDictionary());
    }

    /// <summary>The seed of <see cref="ScoreCriterion.Random"/>.</summary>
    /// <value>The default is 0.</value>
    public int Seed { get; init; }
}
