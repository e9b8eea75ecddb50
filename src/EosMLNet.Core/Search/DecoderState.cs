using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>All that enters a decoder layer of a search's forward pass.</summary>
/// <param name="Texts">Hidden states of the text in front of, between and behind the images, (B, L, d) each; the first sees no visual
/// token, so that no gradient is about it.</param>
/// <param name="Images">The visual tokens of each image of a row, with what the sites that come next have seen of the layer
/// before.</param>
internal sealed record DecoderState(IReadOnlyList<Tensor> Texts, IReadOnlyList<SoftTokens> Images)
{
    /// <summary>The tensors that gradients reach, in a fixed order.</summary>
    internal IEnumerable<Tensor> Differentiable => [.. Images.SelectMany(image => image.Differentiable), .. Texts.Skip(1)];

    /// <summary>All tensors.</summary>
    internal IEnumerable<Tensor> All => [Texts[0], .. Images.Select(image => image.Patches), .. Differentiable];

    /// <summary>The same values with no graph behind them, in the caller's dispose scope.</summary>
    /// <param name="asLeaves">Whether gradients are kept at them.</param>
    internal DecoderState Cut(bool asLeaves)
    {
        return new([.. Texts.Select((text, i) => i == 0 ? text.detach() : Leaf(text))], [.. Images.Select(image => image.Map(Leaf))]);

        Tensor Leaf(Tensor x) => x.detach().requires_grad_(asLeaves);
    }
}
