using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>What prompts have in common, run and reduced: what texts behind it need. Its tensors belong to no dispose scope.</summary>
/// <param name="Caches">Keys and values of each layer.</param>
/// <param name="KeyBiases">What each layer's keys add to attention logits, (P, T); null where nothing.</param>
/// <param name="Next">The position of the token behind each prompt, (P, 1).</param>
/// <param name="Lengths">Tokens of each prompt, unreduced.</param>
internal sealed record PromptPrefix(LayerCache[] Caches, Tensor?[] KeyBiases, Tensor Next, IReadOnlyList<int> Lengths) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in Caches.Concat<IDisposable>(KeyBiases.OfType<Tensor>()).Append(Next))
            held.Dispose();
    }
}
