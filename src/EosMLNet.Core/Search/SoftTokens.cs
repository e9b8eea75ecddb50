using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Visual tokens during the search. Tokens that a site drops stay, so that gradients can bring them back; a mask says that they are gone.
/// </summary>
/// <param name="Hidden">(B, n, d).</param>
/// <param name="Mask">m, (B, n): 1 for tokens that are there, 0 for dropped ones, with the gradient of the soft selections.</param>
/// <param name="Mass">c, how many original tokens each one stands for, (B, n).</param>
/// <param name="Patches">Original indices, (B, n), ascending.</param>
internal sealed record SoftTokens(Tensor Hidden, Tensor Mask, Tensor Mass, Tensor Patches)
{
    /// <summary>What the sites that come next have seen of a decoder layer, (B, heads, n) each.</summary>
    internal IReadOnlyDictionary<Observation, Tensor> Observed { get; init; } = new Dictionary<Observation, Tensor>();

    /// <summary>What the next layers add to the tokens, one layer's behind the other, (B, n, p · d); null where nothing.</summary>
    internal Tensor? Planes { get; init; }

    /// <summary>The tensors that gradients reach, in a fixed order.</summary>
    internal IEnumerable<Tensor> Differentiable =>
        [Hidden, Mask, Mass, .. Planes is null ? (Tensor[])[] : [Planes], .. Observed.OrderBy(x => x.Key.Criterion).Select(x => x.Value)];

    /// <summary>The same with each tensor replaced, but the indices.</summary>
    internal SoftTokens Map(Func<Tensor, Tensor> each) => new(each(Hidden), each(Mask), each(Mass), Patches.alias())
    {
        Observed = Observed.ToDictionary(x => x.Key, x => each(x.Value)),
        Planes = Planes is null ? null : each(Planes),
    };

    /// <summary>Some of the tokens.</summary>
    /// <param name="places">Their places, ascending, (B, k).</param>
    internal SoftTokens At(Tensor places)
    {
        return new(Rows(Hidden), Mask.gather(1, places), Mass.gather(1, places), Patches.gather(1, places))
        {
            Observed = Observed.ToDictionary(x => x.Key,
                x => x.Value.gather(2, places.unsqueeze(1).expand(-1, x.Value.size(1), -1))),
            Planes = Planes is null ? null : Rows(Planes),
        };

        Tensor Rows(Tensor x) => x.gather(1, places.unsqueeze(-1).expand(-1, -1, x.size(-1)));
    }
}
