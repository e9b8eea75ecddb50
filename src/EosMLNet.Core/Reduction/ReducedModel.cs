using EosMLNet.Models;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Reduction;

/// <summary>
/// A vision-language model that runs under a reduction plan. Dropped visual tokens really leave: later layers and their key-value caches are shorter.
/// Under the identity plan it is the unreduced model, bit for bit. Safe to use from many threads.
/// </summary>
public sealed class ReducedModel
{
    private readonly ILookup<int, ReductionSite> sites;

    /// <summary>Puts a plan on a model, which stays the caller's to dispose.</summary>
    /// <exception cref="EosException">EOS4002: the plan was made for another model.</exception>
    public ReducedModel(VisionLanguageModel model, ReductionPlan plan)
    {
        plan.CheckFits(model);
        Model = model;
        Plan = plan;
        sites = plan.Sites.ToLookup(site => site.Layer);
    }

    /// <summary>The model.</summary>
    public VisionLanguageModel Model { get; }

    /// <summary>The plan.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Logits at every token that is left after the last layer, (B, T', vocabulary), left-padded.</summary>
    /// <param name="batch">The prompts.</param>
    /// <param name="tap">Receives <c>inputs_embeds</c>, <c>layer_out.L</c>, <c>final_norm</c> and <c>logits</c>, if given.</param>
    public Tensor Forward(PromptBatch batch, Action<string, Tensor>? tap = null)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        using var sequence = Prefill(batch, caches: null, keyBiases: null, tap);
        var normalised = Model.FinalNorm(sequence.Hidden);
        tap?.Invoke("final_norm", normalised);
        var logits = Model.Head(normalised);
        tap?.Invoke("logits", logits);
        return logits.MoveToOuterDisposeScope();
    }

    /// <summary>Continues each prompt with its most probable tokens until the model ends its answer.</summary>
    /// <param name="batch">The prompts.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="cancellation">Checked before each token.</param>
    public Generation Generate(PromptBatch batch, int maxNewTokens, CancellationToken cancellation = default)
    {
        if (maxNewTokens < 1)
            throw new EosException(EosErrors.InvalidOption, $"At most {maxNewTokens} new tokens were asked for; expected 1 or more.");
        cancellation.ThrowIfCancellationRequested();
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        var caches = Enumerable.Range(0, Model.LayerCount).Select(_ => new LayerCache()).ToArray();
        try
        {
            var keyBiases = new Tensor?[Model.LayerCount];
            using var sequence = Prefill(batch, caches, keyBiases, tap: null);
            for (var layer = 0; layer < keyBiases.Length; layer++)
                keyBiases[layer] = Extend(keyBiases[layer], maxNewTokens);
            return Decode(batch, sequence, caches, keyBiases, maxNewTokens, cancellation);
        }
        finally
        {
            foreach (var cache in caches)
                cache.Dispose();
        }
    }

    /// <summary>Runs all layers over the prompts, with each site in front of its layer.</summary>
    private TokenSequence Prefill(PromptBatch batch, LayerCache[]? caches, Tensor?[]? keyBiases, Action<string, Tensor>? tap)
    {
        var sequence = new TokenSequence(Model, batch);
        try
        {
            tap?.Invoke("inputs_embeds", sequence.Hidden);
            for (var layer = 0; layer < Model.LayerCount; layer++)
            {
                foreach (var site in sites[layer])
                    sequence.Reduce(site, Plan.Parameters);
                sequence.Observe(layer, AttentionSource.LayerBefore, sites[layer + 1]);
                if (keyBiases is not null)
                    keyBiases[layer] = sequence.KeyBias?.alias();
                sequence.RunLayer(layer, caches?[layer]);
                tap?.Invoke($"layer_out.{layer}", sequence.Hidden);
            }
            return sequence;
        }
        catch
        {
            sequence.Dispose();
            throw;
        }
    }

    private Generation Decode(
        PromptBatch batch, TokenSequence sequence, LayerCache[] caches, Tensor?[] keyBiases, int maxNewTokens, CancellationToken cancellation)
    {
        var answers = Enumerable.Range(0, batch.Count).Select(_ => new List<int>()).ToArray();
        var probabilities = answers.Select(_ => new List<double>()).ToArray();
        var ended = new bool[batch.Count];
        var hidden = sequence.Hidden.narrow(1, sequence.Length - 1, 1);                             // (B, 1, d)
        for (var step = 0; ; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (probability, next) = Model.Logits(hidden).squeeze(1).to(ScalarType.Float32).softmax(-1).max(-1); // (B), (B)
            Record(next.cpu().data<long>().ToArray(), probability.cpu().data<float>().ToArray());
            if (ended.All(e => e) || step == maxNewTokens - 1)
                break;
            var rotary = Model.Rotary(sequence.NextPosition(step));
            var token = Model.EmbedTokens(next.unsqueeze(1));                                       // (B, 1, d)
            for (var layer = 0; layer < caches.Length; layer++)
                token = Model.RunLayer(layer, token, rotary, keyBiases[layer]?.narrow(3, 0, caches[layer].Length + 1), caches[layer]);
            hidden = token.MoveToOuterDisposeScope();
        }
        return new Generation([.. answers.Select(a => a.ToArray())], [.. probabilities.Select(p => p.Average())]);

        void Record(long[] next, float[] probability)
        {
            for (var row = 0; row < ended.Length; row++)
            {
                if (ended[row])
                    continue;
                probabilities[row].Add(probability[row]);
                ended[row] = Model.EosTokenIds.Contains((int)next[row]);
                if (!ended[row])
                    answers[row].Add((int)next[row]);
            }
        }
    }

    // (B, T) to (B, 1, 1, T + extra): decoded tokens carry no bias.
    private static Tensor? Extend(Tensor? keyBias, int extra)
    {
        if (keyBias is null)
            return null;
        using var scope = NewDisposeScope();
        var none = zeros(keyBias.shape[0], extra, keyBias.dtype, keyBias.device);
        return cat([keyBias, none], dim: 1).unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
