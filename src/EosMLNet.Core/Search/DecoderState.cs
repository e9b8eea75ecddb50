using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// All that enters a decoder layer of a search's forward pass: hidden states, and the attention of the layer before, where the next site
/// asks for it.
/// </summary>
/// <param name="Texts">Hidden states of the text in front of, between and behind the images, (B, L, d) each; the first sees no visual
/// token, so that no gradient is about it.</param>
/// <param name="Images">The visual tokens of each image of a row.</param>
/// <param name="Seen">What the layer before has shown of each image, where the next site asks for it.</param>
internal sealed record DecoderState(IReadOnlyList<Tensor> Texts, IReadOnlyList<SoftTokens> Images, IReadOnlyList<SeenAttention> Seen)
{
    /// <summary>The tensors that gradients reach, in a fixed order.</summary>
    internal IEnumerable<Tensor> Differentiable =>
        [.. Images.SelectMany(image => new[] { image.Hidden, image.Mask, image.Mass }), .. Texts.Skip(1),
            .. Seen.SelectMany(seen => seen.Tensors)];

    /// <summary>All tensors.</summary>
    internal IEnumerable<Tensor> All => [Texts[0], .. Images.Select(image => image.Patches), .. Differentiable];

    /// <summary>The same values with no graph behind them, in the caller's dispose scope.</summary>
    /// <param name="asLeaves">Whether gradients are kept at them.</param>
    internal DecoderState Cut(bool asLeaves)
    {
        return new([.. Texts.Select((text, i) => i == 0 ? text.detach() : Leaf(text))],
            [.. Images.Select(image => new SoftTokens(Leaf(image.Hidden), Leaf(image.Mask), Leaf(image.Mass), image.Patches.alias()))],
            [.. Seen.Select(seen => seen.Map(Leaf))]);

        Tensor Leaf(Tensor x) => x.detach().requires_grad_(asLeaves);
    }
}
