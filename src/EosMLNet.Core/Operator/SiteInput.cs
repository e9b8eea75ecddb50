using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// The visual tokens of I images in front of a site, all with n tokens. The tensors belong to the caller; the operator reads them.
/// </summary>
/// <param name="Tokens">Hidden states, (I, n, d).</param>
/// <param name="Mass">How many original tokens each one stands for, (I, n); 1 everywhere at first.</param>
/// <param name="Index">The patch that each token started as, row by row on <paramref name="Layout"/>, (I, n), int64. A token that is no
/// patch (the tower's [CLS] under the select strategy <c>full</c>) has the index rows · columns, one past the last patch.</param>
/// <param name="Layout">How the tokens of an unreduced image lie.</param>
/// <param name="ClsAttention">The vision tower's [CLS] attention to each token, (I, n), where the tower has it.</param>
/// <param name="Observed">What a decoder layer showed of the tokens, for each criterion of the site that looks at one, (I, heads, n): the
/// raters' attention has all heads, other criteria one.</param>
/// <param name="Keys">The keys of the site's layer before rotary embedding, (I, n, f), where the site compares them, averaged over heads if
/// it asks for that; or the hidden states after the final normalisation, (I, n, d).</param>
/// <param name="Instruction">The instruction of each image's question, (I, d): the mean of its tokens' embeddings, each of length 1; where
/// the site asks for it.</param>
/// <param name="TextPivots">What the site compares, of its text pivots, (I, p, f), where it has any.</param>
/// <param name="Offset">How many tokens stand before the first one in the encoder's own sequence: ToMe's even and odd places count
/// them.</param>
/// <param name="Planes">What later layers will add to each token, (I, n, p · d): it goes the tokens' way, with the same weights, and
/// nothing is scored by it.</param>
public sealed record SiteInput(
    Tensor Tokens,
    Tensor Mass,
    Tensor Index,
    VisualLayout Layout,
    Tensor? ClsAttention = null,
    IReadOnlyDictionary<ScoreCriterion, Tensor>? Observed = null,
    Tensor? Keys = null,
    Tensor? Instruction = null,
    Tensor? TextPivots = null,
    int Offset = 0,
    Tensor? Planes = null);
