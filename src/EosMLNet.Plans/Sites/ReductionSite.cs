using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// One reduction in front of a decoder layer, or earlier on the image's way, with the parameters of the operator there: the paper's Ω = (γ,
/// τ, θ, ρ, ν) after the search has made the layer activation θ and the budget ν discrete. Several sites may stand in front of the same
/// layer; they act in the plan's order. What is not written in a plan's file has its default.
/// </summary>
public sealed record ReductionSite
{
    /// <summary>Where on the image's way the site stands.</summary>
    /// <value>The default is <see cref="ReductionStage.Decoder"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ReductionStage Stage { get; init; }

    /// <summary>
    /// The decoder layer that the site stands in front of, or the tower block that it stands in, from 0; 0 in front of the projector.
    /// </summary>
    public required int Layer { get; init; }

    /// <summary>Visual tokens that each image keeps: the number of anchors, k, the extra ones and the residual token among them.</summary>
    /// <value>0 where <see cref="KeepShare"/> says it.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Keep { get; init; }

    /// <summary>
    /// The same as a share of the unreduced image's visual tokens, above 0 and at most 1: for models whose images have different numbers of
    /// them. <see cref="KeptCounts"/> says what it is of an image.
    /// </summary>
    /// <value>The default is <see langword="null"/>: <see cref="Keep"/> is an absolute count.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? KeepShare { get; init; }

    /// <summary>What the site's <see cref="OperatorRegime"/> is: a reading of the other parameters.</summary>
    public OperatorRegime Regime => (Transfer, Temperature, Reweight) switch
    {
        _ when Neighbours is not null || GiverWeight is not null || Residual => OperatorRegime.Hybrid,
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

    /// <summary>
    /// The weight, from 0 to 1, of log mass on the attention logits of the anchors' keys in the layers that follow: those of the tower for
    /// a site in the tower, else those of the decoder.
    /// </summary>
    /// <value>The default is 0: a merged token attracts attention like any other.</value>
    public double ProportionalAttention { get; init; }

    /// <summary>How anchors take up transfers.</summary>
    /// <value>The default is <see cref="Normalization.Mass"/>.</value>
    public Normalization Normalization { get; init; } = Normalization.Mass;

    /// <summary>What makes a dropped token and an anchor similar.</summary>
    /// <value>The default is the cosine similarity of hidden states, without a mask.</value>
    public Affinity Affinity { get; init; } = new();

    /// <summary>
    /// The pull form: each anchor takes from its so many most similar tokens, other anchors among them, and they stay as they are; none
    /// gives up mass. <see langword="null"/> for the push form: each dropped token divides itself among the anchors, by
    /// <see cref="Temperature"/>.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Neighbours { get; init; }

    /// <summary>A criterion whose value, as it is, weighs what each token gives; <see langword="null"/> for the weight 1.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ScoreCriterion? GiverWeight { get; init; }

    /// <summary>
    /// Whether one token stands for all that is dropped: their sum, weighted by <see cref="GiverWeight"/>, in the place of the best of
    /// them.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Residual { get; init; }

    /// <summary>Anchors beside those that the score chooses.</summary>
    /// <value>The default is <see langword="null"/>: none.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ExtraAnchors? Extra { get; init; }

    /// <summary>
    /// The weights of the standardised criteria in the score; the highest scores are the anchors. Empty where all anchors are extra ones.
    /// </summary>
    public required IReadOnlyDictionary<ScoreCriterion, double> Score
    {
        get;
        // A sorted copy: sums and files come out the same whatever the order of the caller's dictionary.
        init => field = new SortedDictionary<ScoreCriterion, double>(value.ToDictionary());
    }

    /// <summary>
    /// δ, how much an anchor's likeness to one chosen before it counts against its score: they are then chosen one after another, by
    /// maximal marginal relevance (J. Carbonell, J. Goldstein, SIGIR 1998), likeness being the site's affinity.
    /// </summary>
    /// <value>The default is 0: the highest scores, however alike.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Diversity { get; init; }

    /// <summary>Which layer's attention the scores see.</summary>
    /// <value>The default is <see cref="AttentionSource.LayerBefore"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AttentionSource AttentionSource { get; init; }

    /// <summary>
    /// How many heads <see cref="ScoreCriterion.RaterAttention"/> averages: those with the most attention from raters to visual tokens.
    /// </summary>
    /// <value>The default is <see langword="null"/>: all.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? RaterHeads { get; init; }

    /// <summary>
    /// Whether <see cref="ScoreCriterion.RaterAttention"/> divides by the logits that rotary positions alone would give (queries and keys
    /// of ones), so that tokens near the question are not preferred for being near.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PositionCorrection { get; init; }

    /// <summary>The seed of <see cref="ScoreCriterion.Random"/>.</summary>
    /// <value>The default is 0.</value>
    public int Seed { get; init; }

    /// <summary>How many tokens the score chooses.</summary>
    [JsonIgnore]
    public int KeptByScore => Keep - (Extra?.Count ?? 0) - (Residual ? 1 : 0);

    /// <summary>Whether the operator needs keys here.</summary>
    [JsonIgnore]
    public bool NeedsKeys => Affinity.Feature != AffinityFeature.Hidden
        && (Transfer > 0 || Diversity > 0 || Extra is { Compares: true }
            || Score.Keys.Any(criterion => criterion.Has(CriterionTraits.Compares)));

    /// <summary>The criteria whose values are needed here, each once.</summary>
    [JsonIgnore]
    public IEnumerable<ScoreCriterion> CriteriaUsed =>
        Score.Keys.Union(new[] { GiverWeight, Extra?.Weight }.OfType<ScoreCriterion>());

    /// <summary>Whether a criterion's value is needed here.</summary>
    public bool Uses(ScoreCriterion criterion) => CriteriaUsed.Contains(criterion);

    /// <summary>Whether what is kept depends on the question.</summary>
    [JsonIgnore]
    public bool SeesQuestion => CriteriaUsed.Any(criterion => criterion.SeesQuestion()) || Extra is { TextPivots: > 0 };

    /// <summary>Whether the site looks at what only the decoder has.</summary>
    [JsonIgnore]
    public bool NeedsDecoder =>
        SeesQuestion || CriteriaUsed.Any(criterion => criterion.Has(CriterionTraits.NeedsDecoder))
        || Affinity.Feature == AffinityFeature.FinalNorm;

    /// <summary>Whether the search's forward pass knows all parts of the site.</summary>
    [JsonIgnore]
    public bool IsSearchable =>
        Stage == ReductionStage.Decoder && Extra is null && Neighbours is null && GiverWeight is null && !Residual
        && Normalization == Normalization.Mass
        && Affinity is { Mask: AffinityMask.None, Feature: AffinityFeature.Hidden or AffinityFeature.Key };

    /// <summary>The site's place, to begin a message with.</summary>
    [JsonIgnore]
    public string Place => Stage switch
    {
        ReductionStage.Tower => $"The site in block {Layer} of the vision tower",
        ReductionStage.Projector => "The site in front of the projector",
        _ => $"The site in front of layer {Layer}",
    };
}
