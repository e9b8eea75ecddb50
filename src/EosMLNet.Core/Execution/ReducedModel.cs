using System.Collections.Concurrent;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// A vision-language model that runs under a reduction plan. Dropped visual tokens really leave: later layers and their key-value caches
/// are shorter. Under the identity plan it is the unreduced model, bit for bit. Safe to use from many threads.
/// </summary>
/// <remarks>
/// A plan that was read from a file names the weights that it was made for. They are compared with the model's beside the work, which
/// begins with the construction; no result is handed out before. The numbers of the plan's sites are put on the model's device once, and
/// are freed when this is disposed, or collected.
/// </remarks>
public sealed class ReducedModel : IDisposable
{
    // New tokens that caches have room for from the start: most answers are shorter, and a longer one makes them grow.
    private const int MostSpare = 64;

    private readonly PlanModel planned; // what a plan records of the model
    private readonly SiteTensors[] parameters; // of the plan's sites
    private readonly ILookup<int, (ReductionSite Site, int Index)> sites;
    private readonly ConcurrentDictionary<int, IReadOnlyList<ReductionSite>> counted = new(); // by visual tokens of the unreduced image

    /// <summary>Puts a plan on a model, which stays the caller's to dispose.</summary>
    /// <exception cref="EosException">EOS4002: the plan was made for a model of another shape. Other weights of the same shape are found
    /// with the first result.</exception>
    public ReducedModel(VisionLanguageModel model, ReductionPlan plan)
    {
        plan.CheckShape(model);
        planned = model.ToPlanModel();
        if (!ReferenceEquals(planned.Identity, plan.Model.Identity))
            planned.Identity.Begin();
        Model = model;
        Plan = plan;
        using (var scope = NewDisposeScope())
        {
            var type = ComputeType.Of(model.DataType);
            var learned = LearnedScores.Of(plan.Parameters, type, model.Device);
            parameters = [.. plan.Sites.Select(site => SiteTensors.Of(site, learned, type, model.Device))];
            foreach (var tensor in parameters.SelectMany(site => site.Tensors))
                scope.Detach(tensor);
        }
        sites = plan.Sites.Select((site, index) => (Site: site, Index: index))
            .Where(x => x.Site.Stage == ReductionStage.Decoder).ToLookup(x => x.Site.Layer);
    }

    /// <summary>The model.</summary>
    public VisionLanguageModel Model { get; }

    /// <summary>The plan.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Logits at every token that is left after the last layer, (B, T', vocabulary), left-padded.</summary>
    /// <param name="batch">The prompts.</param>
    /// <param name="tap">Receives <c>inputs_embeds</c>, <c>layer_out.L</c>, <c>final_norm</c> and <c>logits</c>, if given; before the
    /// weights are known to be the plan's.</param>
    /// <exception cref="EosException">EOS4002: the plan was made for other weights. EOS1001: the model's files have gone or were changed
    /// before they could be compared with those that the plan names.</exception>
    public Tensor Forward(PromptBatch batch, Action<string, Tensor>? tap = null)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        using var sequence = Prefill(batch, caches: null, keyBiases: null, tap);
        var normalised = Model.FinalNorm(sequence.Hidden);
        tap?.Invoke("final_norm", normalised);
        var logits = Model.Head(normalised);
        tap?.Invoke("logits", logits);
        Plan.CheckFingerprint(planned);
        return logits.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The visual tokens that each site in the decoder leaves, as places in the unreduced image: for each site those of each image,
    /// ascending.
    /// </summary>
    /// <param name="batch">The prompts.</param>
    internal IReadOnlyList<long[][]> KeptTokens(PromptBatch batch)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var kept = new List<long[][]>();
        using var sequence = Prefill(batch, caches: null, keyBiases: null, tap: null, (left, site) =>
        {
            if (site >= 0)
                kept.Add(left.Kept());
        });
        Plan.CheckFingerprint(planned);
        return kept;
    }

    /// <summary>
    /// The visual tokens on their way through the decoder: what enters it and what each of the decoder's sites leaves, of all images, and
    /// what those tokens are made of. For those who want to see or explain what a plan does; answers do not need it.
    /// </summary>
    /// <param name="batch">The prompts.</param>
    /// <exception cref="EosException">EOS4002: the plan was made for other weights. EOS1001: the model's files have gone or were changed
    /// before they could be compared with those that the plan names.</exception>
    public IReadOnlyList<TokenTrace> Trace(PromptBatch batch)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var traces = new List<TokenTrace>();
        using var sequence = Prefill(batch, caches: null, keyBiases: null, tap: null, (left, site) => traces.AddRange(left.Trace(site)));
        Plan.CheckFingerprint(planned);
        return traces;
    }

    /// <summary>Continues each prompt with its most probable tokens until the model ends its answer.</summary>
    /// <param name="batch">The prompts.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS4002: the plan was made for other weights. EOS1001: the model's files have gone or were changed
    /// before they could be compared with those that the plan names.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Generation Generate(PromptBatch batch, int maxNewTokens, CancellationToken cancellation = default) =>
        Generate(batch, maxNewTokens, null, null, cancellation);

    /// <summary>
    /// Generates as <see cref="Generate(PromptBatch, int, CancellationToken)"/> does, for those who watch an answer come.
    /// </summary>
    /// <param name="batch">The prompts.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="onToken">Called with a row's number and its new token as soon as that is known, before the weights are known to be the
    /// plan's.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="EosException">EOS4002: the plan was made for other weights. EOS1001: the model's files have gone or were changed
    /// before they could be compared with those that the plan names.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Generation Stream(PromptBatch batch, int maxNewTokens, Action<int, int> onToken, CancellationToken cancellation = default) =>
        Generate(batch, maxNewTokens, null, onToken, cancellation);

    /// <summary>The same; told after each token, of all rows, how many there are.</summary>
    internal Generation Generate(PromptBatch batch, int maxNewTokens, Action<int>? told, CancellationToken cancellation = default) =>
        Generate(batch, maxNewTokens, told, null, cancellation);

    private Generation Generate(
        PromptBatch batch, int maxNewTokens, Action<int>? told, Action<int, int>? onToken, CancellationToken cancellation)
    {
        CheckLength(maxNewTokens);
        cancellation.ThrowIfCancellationRequested();
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        var caches = Caches(maxNewTokens);
        try
        {
            var keyBiases = new Tensor?[Model.LayerCount];
            using var sequence = Prefill(batch, caches, keyBiases, tap: null);
            for (var layer = 0; layer < keyBiases.Length; layer++)
                keyBiases[layer] = Extend(keyBiases[layer], maxNewTokens);
            return Decode(sequence.Hidden, sequence.NextPosition(0), caches, keyBiases, maxNewTokens, told, onToken, cancellation);
        }
        finally
        {
            foreach (var cache in caches)
                cache.Dispose();
        }
    }

    /// <summary>
    /// Continues prompts with texts, and those with their most probable tokens: the answers of
    /// <see cref="Generate(PromptBatch, int, CancellationToken)"/> to prompt and text in one. What several texts have in common, an image
    /// and what stands before it, is run and reduced once; that needs a plan that does not look at the question.
    /// </summary>
    /// <param name="prompts">The common parts, all of one length.</param>
    /// <param name="texts">The index of each text's prompt, and its token ids.</param>
    /// <param name="maxNewTokens">The most tokens a text is given.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal Generation GenerateAfter(PromptBatch prompts, IReadOnlyList<(int Prompt, int[] Ids)> texts, int maxNewTokens,
        CancellationToken cancellation)
    {
        using var prefix = Begin(prompts);
        return GenerateAfter(prefix, texts, maxNewTokens, onToken: null, cancellation, last: true);
    }

    /// <summary>Runs and reduces what texts have in common.</summary>
    internal PromptPrefix Begin(PromptBatch prompts)
    {
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var (caches, keyBiases) = (Caches(0), new Tensor?[Model.LayerCount]);
        try
        {
            using var sequence = Prefill(prompts, caches, keyBiases, tap: null);
            return new PromptPrefix(caches, [.. keyBiases.Select(bias => bias?.DetachFromDisposeScope())],
                sequence.NextPosition(0).DetachFromDisposeScope(), prompts.Lengths);
        }
        catch
        {
            Array.ForEach(caches, cache => cache.Dispose());
            throw;
        }
    }

    /// <summary>The same behind what was run and reduced before.</summary>
    /// <param name="prefix">The common parts.</param>
    /// <param name="texts">The index of each text's prompt, and its token ids.</param>
    /// <param name="maxNewTokens">The most tokens a text is given.</param>
    /// <param name="onToken">Told each row's new tokens.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <param name="last">Whether nothing comes behind the common parts any more: each layer's keys and values are freed when they are no
    /// longer needed.</param>
    internal Generation GenerateAfter(PromptPrefix prefix, IReadOnlyList<(int Prompt, int[] Ids)> texts, int maxNewTokens,
        Action<int, int>? onToken, CancellationToken cancellation, bool last = false)
    {
        CheckLength(maxNewTokens);
        cancellation.ThrowIfCancellationRequested();
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        var caches = new LayerCache[Model.LayerCount];
        try
        {
            var keyBiases = new Tensor?[Model.LayerCount];
            var rows = new Continuations(Model, texts, prefix.Lengths, prefix.Next);
            var rotary = Model.Rotary(rows.Positions);
            var hidden = Model.EmbedTokens(rows.Ids);                                               // (B, q, d)
            var spare = (int)rows.Ids.shape[1] + Math.Min(maxNewTokens, MostSpare);
            for (var layer = 0; layer < caches.Length; layer++)
            {
                using var step = NewDisposeScope();
                var (promptBias, length) = (prefix.KeyBiases[layer], prefix.Caches[layer].Length);
                caches[layer] = prefix.Caches[layer].Select(rows.Prompts, spare);
                if (last)
                    prefix.Caches[layer].Dispose();
                hidden = Model.RunLayer(layer, hidden, rotary, rows.Bias(promptBias, length), caches[layer]).MoveToOuterDisposeScope();
                keyBiases[layer] = Extend(rows.KeyBias(promptBias, length), maxNewTokens)!.MoveToOuterDisposeScope();
            }
            return Decode(hidden, rows.NextPosition, caches, keyBiases, maxNewTokens, told: null, onToken, cancellation);
        }
        finally
        {
            foreach (var cache in caches)
                cache?.Dispose();
        }
    }

    /// <summary>Frees what was put on the device for the plan. No result is being computed any more; the model stays as it is.</summary>
    public void Dispose()
    {
        foreach (var tensor in parameters.SelectMany(site => site.Tensors))
            tensor.Dispose();
    }

    private IReadOnlyList<ReductionSite> Counted(int visualTokens) =>
        counted.GetOrAdd(visualTokens, static (tokens, plan) => KeptCounts.Of(plan.Model, plan.Sites, tokens), Plan);

    private LayerCache[] Caches(int newTokens) =>
        [.. Enumerable.Range(0, Model.LayerCount).Select(_ => new LayerCache(Math.Min(newTokens, MostSpare)))];

    private static void CheckLength(int maxNewTokens)
    {
        if (maxNewTokens < 1)
            throw new EosException(EosErrors.InvalidOption, $"At most {maxNewTokens} new tokens were asked for; expected 1 or more.");
    }

    /// <summary>Runs all layers over the prompts, with each site in front of its layer.</summary>
    private TokenSequence Prefill(PromptBatch batch, LayerCache[]? caches, Tensor?[]? keyBiases, Action<string, Tensor>? tap,
        Action<TokenSequence, int>? watch = null)
    {
        CheckEncoding(batch);
        var sequence = new TokenSequence(Model, batch);
        try
        {
            tap?.Invoke("inputs_embeds", sequence.Hidden);
            watch?.Invoke(sequence, -1);
            DecoderWalk.Run(0, Model.LayerCount, sites, Reduce, RunLayer);
            return sequence;
        }
        catch
        {
            sequence.Dispose();
            throw;
        }

        void Reduce((ReductionSite Site, int Index) at)
        {
            sequence.Reduce(at.Site, parameters[at.Index], Model.ImagesVary ? tokens => Counted(tokens)[at.Index].Keep : null);
            watch?.Invoke(sequence, at.Index);
        }

        void RunLayer(int layer, IEnumerable<(ReductionSite Site, int Index)> next)
        {
            if (keyBiases is not null)
                keyBiases[layer] = sequence.KeyBias?.alias();
            sequence.RunLayer(layer, caches?[layer], next.Select(x => x.Site));
            tap?.Invoke($"layer_out.{layer}", sequence.Hidden);
        }
    }

    // Images that another plan's sites acted on, or this one's did not, are not the ones that this plan speaks of.
    private void CheckEncoding(PromptBatch batch)
    {
        if (batch.Vision is { } vision && !ReferenceEquals(vision.Plan, Plan.ActsInEncoder ? Plan : null))
            throw new EosException(EosErrors.ModelInput,
                "The batch's images were not encoded under the plan that it is to run under, but a plan has sites in the encoder. " +
                "Hand the model's own plan to PromptBatch.Create, or to EncodeImages.");
    }

    /// <summary>Answers after what the caches hold.</summary>
    /// <param name="last">Hidden states that left the last layer, (B, T, d).</param>
    /// <param name="position">The rotary position of the first new token, (B, 1): decoding goes on at the unreduced length.</param>
    /// <param name="caches">Keys and values of each layer.</param>
    /// <param name="keyBiases">What each layer's keys, also the new ones, add to attention logits, (B, 1, 1, T + new).</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="told">Told after each token how many there are.</param>
    /// <param name="onToken">Told each row's new tokens.</param>
    /// <param name="cancellation">Checked before each token.</param>
    private Generation Decode(Tensor last, Tensor position, LayerCache[] caches, Tensor?[] keyBiases, int maxNewTokens, Action<int>? told,
        Action<int, int>? onToken, CancellationToken cancellation)
    {
        var answers = Enumerable.Range(0, (int)last.shape[0]).Select(_ => new List<int>()).ToArray();
        var ended = new bool[answers.Length];
        var steps = new int[answers.Length];                                                        // also the one that ended it
        List<Tensor> probabilities = [];                                                            // (B) of each step
        var hidden = last.narrow(1, last.shape[1] - 1, 1);                                          // (B, 1, d)
        var turns = Model.Rotary(position.Add(Scalars.Arange(maxNewTokens, Model.Device)));         // of all new tokens
        for (var step = 0; ; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (probability, next) = Model.Logits(hidden).squeeze(1).to(ScalarType.Float32).softmax(-1).max(-1); // (B), (B)
            Record(next.cpu().data<long>().ToArray());
            probabilities.Add(probability.MoveToOuterDisposeScope()); // read when all is done: the device is waited for once a token
            told?.Invoke(step + 1);
            if (ended.All(e => e) || step == maxNewTokens - 1)
                break;
            var rotary = new Rotary(turns.Cos.narrow(1, step, 1), turns.Sin.narrow(1, step, 1));
            var token = Model.EmbedTokens(next.unsqueeze(1));                                       // (B, 1, d)
            for (var layer = 0; layer < caches.Length; layer++)
                token = Model.RunLayer(layer, token, rotary, keyBiases[layer]?.narrow(3, 0, caches[layer].Length + 1), caches[layer]);
            hidden = token.MoveToOuterDisposeScope();
        }
        Plan.CheckFingerprint(planned, cancellation);
        var numbers = stack(probabilities, 1).cpu().data<float>().ToArray();                        // (B, steps)
        return new Generation([.. answers.Select(a => a.ToArray())],
            [.. numbers.Chunk(probabilities.Count).Zip(steps, (row, count) => row.Take(count).Average(p => (double)p))]);

        void Record(long[] next)
        {
            for (var row = 0; row < ended.Length; row++)
            {
                if (ended[row])
                    continue;
                steps[row]++;
                ended[row] = Model.EosTokenIds.Contains((int)next[row]);
                if (ended[row])
                    continue;
                answers[row].Add((int)next[row]);
                onToken?.Invoke(row, (int)next[row]);
            }
        }
    }

    // (B, T) to (B, 1, 1, T + extra or more): decoded tokens carry no bias.
    private static Tensor? Extend(Tensor? keyBias, int extra)
    {
        if (keyBias is null)
            return null;
        using var scope = NewDisposeScope();
        var length = keyBias.shape[1];
        var none = zeros(keyBias.shape[0], TokenSequence.Aligned(length + extra) - length, keyBias.dtype, keyBias.device);
        return cat([keyBias, none], dim: 1).unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
