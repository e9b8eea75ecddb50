using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>What a site sees of a layer's attention to the visual tokens of one image of each row.</summary>
/// <param name="Text">The last instruction token's, averaged over heads, (B, n), where it is asked for.</param>
/// <param name="Raters">The raters', (B, H, n), where it is asked for.</param>
internal readonly record struct SeenAttention(Tensor? Text, Tensor? Raters)
{
    /// <summary>The tensors that are there.</summary>
    internal IEnumerable<Tensor> Tensors => new[] { Text, Raters }.OfType<Tensor>();

    /// <summary>The same with each tensor replaced.</summary>
    internal SeenAttention Map(Func<Tensor, Tensor> each) => new(Text is null ? null : each(Text), Raters is null ? null : each(Raters));
}
