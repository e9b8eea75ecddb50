using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>A second group of anchors, taken by a rule from the tokens that the score did not choose.</summary>
/// <param name="Count">How many of the site's <see cref="ReductionSite.Keep"/> tokens are taken so; all of them where the score chooses
/// none.</param>
/// <param name="Rule">How they are taken.</param>
public sealed record ExtraAnchors(int Count, AnchorRule Rule)
{
    /// <summary>Whether dropped tokens transfer to these anchors only, and the ones that the score chose stay as they are.</summary>
    /// <value>The default is <see langword="false"/>: to all anchors.</value>
    public bool ReceiveAlone { get; init; }

    /// <summary>How many text pivots <see cref="AnchorRule.Dissimilar"/> has: the tokens of the instruction with the longest keys, by the
    /// L1 norm that <see cref="ScoreCriterion.KeyNorm"/> reads. Where an instruction has fewer tokens, they take turns.</summary>
    /// <value>The default is 0.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TextPivots { get; init; }

    /// <summary>How many of the best tokens that the score did not choose <see cref="AnchorRule.DensityPeaks"/> clusters; only these
    /// transfer, the others vanish. <see langword="null"/> for all.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Candidates { get; init; }

    /// <summary>How many runs of tokens <see cref="AnchorRule.Crops"/> takes from, from 1.</summary>
    /// <value>The default is 0, with other rules.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Crops { get; init; }

    /// <summary>A criterion whose value, at least 0, weighs tokens under <see cref="AnchorRule.Coverage"/>,
    /// <see cref="AnchorRule.Determinantal"/> and <see cref="AnchorRule.Crops"/>, which needs one; <see langword="null"/> for the weight 1.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScoreCriterion? Weight { get; init; }

    /// <summary>Whether the rule takes all anchors, by weights.</summary>
    internal bool TakesAll => Rule is AnchorRule.Coverage or AnchorRule.Determinantal or AnchorRule.Crops;

    /// <summary>Whether the rule compares tokens with each other.</summary>
    internal bool Compares => Rule is not (AnchorRule.Stride or AnchorRule.Crops);
}
