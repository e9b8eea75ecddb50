using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// All that enters a decoder layer of a search's forward pass: hidden states, and what the layer before has shown to a site that stands in
/// front of this one.
/// </summary>
/// <param name="Prefix">Hidden states of what stands before the image, (B, P, d). It sees no visual token, so that no gradient is about
/// it.</param>
/// <param name="Tokens">The visual tokens.</param>
/// <param name="Text">Hidden states of what stands behind the image, (B, S, d).</param>
/// <param name="TextAttention">(B, n), where the next site asks for it.</param>
/// <param name="RaterAttention">(B, H, n), where the next site asks for it.</param>
internal sealed record DecoderState(Tensor Prefix, SoftTokens Tokens, Tensor Text, Tensor? TextAttention = null, Tensor? RaterAttention = null)
{
    /// <summary>The tensors that gradients reach, in a fixed order.</summary>
    internal IEnumerable<Tensor> Differentiable => new[] { Tokens.Hidden, Tokens.Mask, Tokens.Mass, Text, TextAttention, RaterAttention }.OfType<Tensor>();

    /// <summary>All tensors.</summary>
    internal IEnumerable<Tensor> All => [Prefix, Tokens.Patches, .. Differentiable];

    /// <summary>The same values with no graph behind them, in the caller's dispose scope.</summary>
    /// <param name="asLeaves">Whether gradients are kept at them.</param>
    internal DecoderState Cut(bool asLeaves)
    {
        return new(Prefix.detach(), new(Leaf(Tokens.Hidden), Leaf(Tokens.Mask), Leaf(Tokens.Mass), Tokens.Patches.alias()), Leaf(Text), Optional(TextAttention), Optional(RaterAttention));

        Tensor Leaf(Tensor x) => x.detach().requires_grad_(asLeaves);
        Tensor? Optional(Tensor? x) => x is null ? null : Leaf(x);
    }
}
