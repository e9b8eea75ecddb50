namespace EosMLNet.Reduction;

/// <summary>A second group of anchors, taken by a rule from the tokens that the score did not choose.</summary>
/// <param name="Count">How many of the site's <see cref="ReductionSite.Keep"/> tokens are taken so; all of them where the score chooses none.</param>
/// <param name="Rule">How they are taken.</param>
public sealed record ExtraAnchors(int Count, AnchorRule Rule)
{
    /// <summary>Whether dropped tokens transfer to these anchors only, and the ones that the score chose stay as they are.</summary>
    /// <value>The default is <see langword="false"/>: to all anchors.</value>
    public bool ReceiveAlone { get; init; }
}
