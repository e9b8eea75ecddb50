using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// A decoder layer as criteria look at it, given what enters it: B rows of T tokens, H heads, G key-value heads of size s.
/// </summary>
/// <param name="Attention">The attention, after the softmax, of the tokens at some places: (B, q) int64 to (B, H, q, T).</param>
/// <param name="PositionLogits">What positions alone add to those tokens' logits: (B, q) int64 to (B, q, T).</param>
/// <param name="Keys">The tokens' keys after rotary embedding, (B, G, T, s).</param>
/// <param name="Asking">Where each row's last instruction token is, (B, 1) int64.</param>
/// <param name="Raters">The raters of each row's instruction, as places in this sequence.</param>
internal sealed record LayerView(
    Func<Tensor, Tensor> Attention, Func<Tensor, Tensor> PositionLogits, Func<Tensor> Keys, Func<Tensor> Asking, Func<Raters> Raters);
