using EosMLNet.Models;
using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// The tokens of a batch on their way through the decoder, B rows of T. They become fewer (<see cref="TokenSequence"/>), or a mask says
/// which of them are gone, so that gradients reach them. What criteria see of the layers is the same.
/// </summary>
/// <param name="model">The model.</param>
internal abstract class TokenState(VisionLanguageModel model)
{
    /// <summary>Hidden states, (B, T, d).</summary>
    internal abstract Tensor Hidden { get; }

    /// <summary>Position tables of the tokens.</summary>
    internal abstract Rotary Rotary { get; }

    /// <summary>The raters of each row's instruction, as places in the sequence.</summary>
    private protected abstract Raters Raters { get; }

    /// <summary>Where each row's last instruction token is, (B, 1) int64.</summary>
    private protected abstract Tensor Asking { get; }

    /// <summary>What is added to the attention logits of some tokens, given their places, (B, q): (B, 1, q, T).</summary>
    private protected abstract Tensor BiasOf(Tensor queries);

    /// <summary>Keeps what a criterion has seen of a layer, (B, heads, T).</summary>
    private protected abstract void Keep(Observation what, Tensor attention);

    /// <summary>Keeps what the scores of some sites need to see of a layer, given the hidden states that enter it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="source">Whether the sites stand in front of it or of the next one; those that look elsewhere are passed over.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="keys">The layer's keys after rotary embedding where it has run, (B, G, T, hs); null to compute them.</param>
    internal void Observe(int layer, AttentionSource source, IEnumerable<ReductionSite> sites, Tensor? keys)
    {
        foreach (var what in sites.SelectMany(Observation.Of).Where(needed => needed.Source == source).Distinct())
            Keep(what, Criterion.Of(what.Criterion).Observe(View(layer, keys), what.Corrected));
    }

    private LayerView View(int layer, Tensor? keys) => new(
        queries => model.QueryAttention(layer, Hidden, Rotary, queries, BiasOf(queries), keys),
        queries => Rotary.LogitsOfOnes(queries),
        () => keys ?? Rotary.Apply(model.Keys(layer, Hidden).view(Hidden.shape[0], Hidden.shape[1], -1, model.HeadSize).transpose(1, 2)),
        () => Asking,
        () => Raters);
}
